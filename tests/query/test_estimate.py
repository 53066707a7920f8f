"""What a run would take: sizes from real files, earlier answers from a real database, sums by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from PIL import Image

from imageo.query.money import estimate
from imageo.query.money.dry_run import as_json, describe, dry_run
from imageo.query.money.estimate import (
    PLAIN_OUTPUT,
    REASONING_OUTPUT,
    Earlier,
    Range,
    Sizes,
    is_reasoning,
    read_earlier,
    read_sizes,
    text_tokens,
    tokens_at_most,
)
from imageo.query.money.price_file import Kinds, OwnPrice
from imageo.query.money.prices import Pricer
from tests.world import World

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PROMPT = "x" * 2_420  # 605 tokens
SQUARES = Sizes(((1024, 1024),) * 10, 0, 10)


def _range(low: int, likely: int, high: int) -> Range:
    return Range(Decimal(low), Decimal(likely), Decimal(high))


def test_a_dry_run_by_hand() -> None:
    """o3: 605 + 675 tokens sent, 2 dollars a million; 500 to 1,500 received, 8 dollars. A batch costs half."""
    earlier = Earlier(7, Decimal(1), _range(500, 1_000, 1_500))
    run = dry_run(Pricer("openai", "o3"), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=earlier, n_answered=3)
    assert (run.n_images, run.n_answered, run.n_bad) == (10, 3, 0)
    assert (run.prompt_tokens, run.image_tokens, run.input_tokens) == (6_050, 6_750, 12_800)
    assert run.output_tokens == _range(5_000, 10_000, 15_000)
    assert run.cost_usd == Range(Decimal("0.0656"), Decimal("0.1056"), Decimal("0.1456"))
    assert run.batch_cost_usd == Range(Decimal("0.0328"), Decimal("0.0528"), Decimal("0.0728"))
    assert "7 earlier answers" in run.output_source
    told = describe(run)
    assert "images to ask     10" in told
    assert "about $0.1056 ($0.0656 to $0.1456)" in told
    assert "cost as a batch   about $0.0528" in told
    assert as_json(run)["cost_usd"] == {"low": 0.0656, "likely": 0.1056, "high": 0.1456}


def test_without_earlier_answers_a_typical_one() -> None:
    plain = dry_run(Pricer("openai", "gpt-4.1"), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=Earlier())
    assert plain.output_tokens.likely == 10 * PLAIN_OUTPUT.likely
    thinking = dry_run(Pricer("openai", "o3"), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=Earlier())
    assert thinking.output_tokens.likely == 10 * REASONING_OUTPUT.likely
    asked = dry_run(
        Pricer("gemini", "gemini-2.0-flash"),
        prompt=PROMPT,
        sizes=SQUARES,
        at=NOW,
        earlier=Earlier(),
        reasoning_effort="high",
    )
    assert asked.output_tokens.likely == 10 * REASONING_OUTPUT.likely


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("o3", True),
        ("gpt-5.6-sol", True),
        ("gemini-2.5-pro", True),
        ("gemini-3.1-pro-preview", True),
        ("deepseek-ai/DeepSeek-R1", True),
        ("claude-opus-5-5", True),
        ("gpt-4o", False),
        ("gpt-4.1-mini", False),
        ("claude-sonnet-4-5", False),
        ("gemini-2.0-flash", False),
        ("meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", False),
    ],
)
def test_who_thinks_first(model: str, expected: bool) -> None:
    assert is_reasoning(model) is expected
    assert is_reasoning(model, "high")
    assert not is_reasoning(model, "none")


def test_the_typical_answers_are_those_of_the_real_files(bench_dir: Path) -> None:
    import json

    def received(name: str) -> list[int]:
        lines = (bench_dir / "results" / f"dataset3_{name}.jsonl").read_text().splitlines()
        told = [json.loads(line)["usage_info"] or {} for line in lines]
        return sorted(usage["output_tokens"] for usage in told if usage.get("output_tokens"))

    o3, gpt, mini, llama = map(received, ("o3", "gpt-4.1", "gpt-4.1-mini", "Llama-3.2-11B-Vision-Instruct-Turbo"))
    near = {"abs": 10}
    assert o3[len(o3) // 10] == pytest.approx(float(REASONING_OUTPUT.low), **near)
    assert sum(o3) / len(o3) == pytest.approx(float(REASONING_OUTPUT.likely), **near)
    assert o3[9 * len(o3) // 10] == pytest.approx(float(REASONING_OUTPUT.high), **near)
    assert llama[len(llama) // 10] == pytest.approx(float(PLAIN_OUTPUT.low), **near)
    assert sum(gpt) / len(gpt) == pytest.approx(float(PLAIN_OUTPUT.likely), **near)
    assert mini[9 * len(mini) // 10] == pytest.approx(float(PLAIN_OUTPUT.high), **near)


def test_unknown_stays_unknown() -> None:
    run = dry_run(Pricer("compatible", "llava"), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=Earlier())
    assert (run.image_tokens, run.input_tokens, run.price, run.cost_usd, run.batch_cost_usd) == (None,) * 5
    told = describe(run)
    assert told.count("unknown") >= 4
    assert "$" not in told
    # A price of the user's alone does not tell the tokens, and tokens alone no price.
    own = OwnPrice("llava", Kinds(Decimal(1), Decimal(2)))
    priced = dry_run(Pricer("compatible", "llava", [own]), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=Earlier())
    assert (priced.cost_usd, priced.price_source) == (None, "override")
    before = Earlier(4, Decimal(1_500), _range(100, 200, 300))
    known = dry_run(Pricer("compatible", "llava", [own]), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=before)
    # Ten times 1,500 at 1 and 100 to 300 at 2, of a million.
    assert known.cost_usd == Range(Decimal("0.017"), Decimal("0.019"), Decimal("0.021"))
    assert dry_run(Pricer("openai", "gpt-x"), prompt="", sizes=SQUARES, at=NOW, earlier=before).cost_usd is None


def test_a_model_without_a_batch_price_has_no_batch_cost() -> None:
    run = dry_run(Pricer("gemini", "gemini-3.5-flash"), prompt=PROMPT, sizes=SQUARES, at=NOW, earlier=Earlier())
    assert run.cost_usd is not None
    assert run.batch_cost_usd is None
    assert "cost as a batch   unknown" in describe(run)


def test_what_runs_here_costs_nothing() -> None:
    run = dry_run(Pricer("baseline", "prior"), prompt="", sizes=Sizes((), 0, 12), at=NOW, earlier=Earlier())
    assert (run.n_images, run.input_tokens) == (12, 0)
    assert run.cost_usd == _range(0, 0, 0)
    assert "it runs here" in describe(run)


def test_large_images_are_counted_as_they_are_sent() -> None:
    large = Sizes(((4096, 4096),), 0, 1)
    for max_side, squares in ((None, 128), (1024, 32)):
        run = dry_run(
            Pricer("openai", "gpt-5.6-sol"), prompt="", sizes=large, at=NOW, earlier=Earlier(), max_side=max_side
        )
        assert run.image_tokens == pytest.approx(squares**2 * 1.2, abs=1)
    run = dry_run(
        Pricer("openai", "gpt-5.6-sol"), prompt="", sizes=large, at=NOW, earlier=Earlier(), max_pixels=1024 * 1024
    )
    assert run.image_tokens == 1229


def test_sizes_come_from_the_heads_of_the_files(tmp_path: Path) -> None:
    for number, kind in enumerate(("JPEG", "PNG", "WebP", "GIF")):
        Image.new("RGB", (30 + number, 20)).save(tmp_path / f"{number}.{kind}", kind)
    (tmp_path / "text.jpg").write_text("no image")
    (tmp_path / "void.jpg").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes((tmp_path / "1.PNG").read_bytes()[:20])
    sizes = read_sizes([*sorted(tmp_path.iterdir()), tmp_path / "missing.jpg"])
    assert set(sizes.seen) == {(30, 20), (31, 20), (32, 20), (33, 20)}
    assert (sizes.n_bad, sizes.n_files, sizes.n_seen, sizes.is_sample) == (4, 8, 8, False)
    heic = Path(__file__).parent / "data" / "gps.heic"
    assert len(read_sizes([heic]).seen) == 1


def test_of_many_images_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "SAMPLE", 4)
    Image.new("RGB", (512, 512)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("broken")
    sizes = read_sizes([tmp_path / "a.png"] * 5 + [tmp_path / "b.png"] * 5)
    assert (sizes.n_seen, sizes.n_files, sizes.is_sample) == (4, 10, True)
    assert sizes == read_sizes([tmp_path / "a.png"] * 5 + [tmp_path / "b.png"] * 5)
    run = dry_run(
        Pricer("openai", "gpt-4o"), prompt="", sizes=Sizes(((512, 512),) * 3, 1, 400), at=NOW, earlier=Earlier()
    )
    assert run.n_bad == 100
    assert run.image_tokens == 300 * 255
    assert "of 4 images" in describe(run)
    assert "about 100" in describe(run)


def test_text_tokens_of_the_authors_prompt() -> None:
    assert text_tokens("") == 0
    assert text_tokens("abcd") == 1
    assert text_tokens("abcde") == 2
    # A prompt in another script is not taken for a short one.
    assert text_tokens("写真の場所") == 4


def test_what_is_reserved_is_more_than_what_is_likely() -> None:
    likely = text_tokens(PROMPT) + 675
    assert tokens_at_most("openai", "o3", (1024, 1024), PROMPT) == 1_210 + 500 + 675 > likely
    assert tokens_at_most("compatible", "llava", (1024, 1024), PROMPT) == 1_210 + 500 + 64 * 64
    assert tokens_at_most("openai", "o3", None, PROMPT) == 1_710


def test_earlier_answers_are_those_of_the_model(connection: psycopg.Connection) -> None:
    world = World.make(connection)
    run = world.run("m")
    for number in range(10):
        image = world.image(f"i{number}", 0, 0)
        world.answer(run, image, 1, 1, input_tokens=100, output_tokens=10 * (number + 1))
    world.answer(run, world.image("silent", 0, 0), outcome="refused")
    world.answer(world.run("other"), image, 1, 1, output_tokens=5_000)
    assert read_earlier(connection, "test", "m") == Earlier(10, Decimal(100), _range(10, 55, 90))
    assert read_earlier(connection, "test", "other").output_tokens == _range(5_000, 5_000, 5_000)
    assert read_earlier(connection, "test", "nobody") == Earlier()
    assert read_earlier(connection, "openai", "m") == Earlier()
