"""Image tokens against the worked examples of the providers' own documents."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imageo.query.money.image_tokens import image_tokens, most_image_tokens

OPENAI_TILES = [
    # platform.openai.com/docs/guides/images-vision, "Cost calculation examples" of GPT-4o
    ("gpt-4o", 1024, 1024, None, 765),
    ("gpt-4o", 2048, 4096, "high", 1105),
    ("gpt-4o-2024-11-20", 4096, 8192, "low", 85),
    # the table of base and tile tokens there, four tiles each
    ("gpt-4.1", 1024, 1024, None, 85 + 4 * 170),
    ("o3", 1024, 1024, None, 75 + 4 * 150),
    ("gpt-5.1", 1024, 1024, None, 70 + 4 * 140),
    ("gpt-4o-mini", 1024, 1024, None, 2833 + 4 * 5667),
    # small images are not enlarged: one tile
    ("gpt-4o", 128, 64, None, 255),
]
OPENAI_PATCHES = [
    # "Cost calculation examples for gpt-5.4 with detail: high"
    ("gpt-5.4", 1024, 1024, "high", 1229),
    ("gpt-5.4", 2048, 2048, "high", 3000),
    ("gpt-5.4", 2048, 2048, None, 3000),
    # "models with a 1,536 patch budget": 1,024 and 1,452 patches, by the multiplier of the model
    ("o4-mini", 1024, 1024, None, 1762),
    ("o4-mini-2025-04-16", 1800, 2400, None, 2498),
    ("gpt-4.1-nano", 1800, 2400, None, 3572),
]
# huggingface.co/datasets/JOHNISKING/image-token-cost: counted with gpt-6-astra and gpt-5.5, auto
OPENAI_COUNTED = [
    (256, 256, 77, 77),
    (1280, 720, 1104, 1104),
    (1080, 1920, 2448, 2448),
    (3840, 2160, 9792, 9792),
    (4032, 3024, 14364, 11868),
]
# platform.claude.com/docs/en/build-with-claude/vision, "Resolution and token cost"; up to Claude 4.6, and from 4.7 on
CLAUDE = [
    (200, 200, 64, 64),
    (1000, 1000, 1296, 1296),
    (1092, 1092, 1521, 1521),
    (1920, 1080, 1560, 2691),
    (3840, 2160, 1560, 4784),
    # the A4 page that is shrunk to 924 x 1307, which are 33 x 47 squares
    (1075, 1520, 33 * 47, 2145),
]
GEMINI = [
    # ai.google.dev/gemini-api/docs/image-understanding: 960 x 540 makes 3 x 2 tiles of 360 pixels
    ("gemini-2.5-flash", 960, 540, None, 6 * 258),
    ("gemini-2.0-flash", 384, 384, None, 258),
    # cloud.google.com/vertex-ai, "Image requirements": fitted into 3,072 pixels, tiles of 256 to 768
    ("gemini-2.0-flash", 3000, 300, None, 12 * 2 * 258),
    ("gemini-2.5-flash", 8000, 6000, None, 4 * 3 * 258),
    # ai.google.dev/gemini-api/docs/media-resolution, "Token counts"
    ("gemini-3.1-pro-preview", 960, 540, None, 1120),
    ("gemini-3-flash-preview", 4000, 3000, "media_resolution_low", 280),
    ("gemini-3-flash-preview", 4000, 3000, "MEDIA_RESOLUTION_MEDIUM", 560),
    ("gemini-4-argon", 4000, 3000, "ultra_high", 2240),
    ("gemini-2.5-pro", 4000, 3000, "low", 64),
    ("gemini-flash-latest", 4000, 3000, None, 1120),
]
TOGETHER = [
    # docs.together.ai/docs/vision-overview, "There are only four possible image bills"
    (559, 559, 1601),
    (900, 559, 3202),
    (559, 900, 3202),
    (900, 900, 6404),
]


@pytest.mark.parametrize(("model", "width", "height", "detail", "expected"), OPENAI_TILES + OPENAI_PATCHES)
def test_openai(model: str, width: int, height: int, detail: str | None, expected: int) -> None:
    assert image_tokens("openai", model, width, height, detail) == expected


@pytest.mark.parametrize(("width", "height", "of_gpt_6", "of_gpt_5_5"), OPENAI_COUNTED)
def test_openai_without_a_small_budget(width: int, height: int, of_gpt_6: int, of_gpt_5_5: int) -> None:
    assert image_tokens("openai", "gpt-6-astra", width, height) == of_gpt_6
    assert image_tokens("openai", "gpt-5.6-sol", width, height) == of_gpt_6
    assert image_tokens("openai", "gpt-5.5", width, height) == of_gpt_5_5


@pytest.mark.parametrize(("width", "height", "early", "late"), CLAUDE)
def test_anthropic(width: int, height: int, early: int, late: int) -> None:
    for model in ("claude-3-5-sonnet-latest", "claude-opus-4-20250514", "claude-sonnet-4-6", "claude-haiku-4-5"):
        assert image_tokens("anthropic", model, width, height) == early
    for model in ("claude-opus-4-7", "claude-sonnet-5", "claude-opus-5-5", "claude-fable-5-1-20260901"):
        assert image_tokens("anthropic", model, width, height) == late
        assert image_tokens("anthropic", model, height, width) == late


@pytest.mark.parametrize(("model", "width", "height", "detail", "expected"), GEMINI)
def test_gemini(model: str, width: int, height: int, detail: str | None, expected: int) -> None:
    assert image_tokens("gemini", model, width, height, detail) == expected


@pytest.mark.parametrize(("width", "height", "expected"), TOGETHER)
def test_together(width: int, height: int, expected: int) -> None:
    assert image_tokens("together", "meta-llama/Llama-3.2-90B-Vision", width, height) == expected


def test_where_nothing_is_published_nothing_is_said() -> None:
    assert image_tokens("compatible", "llava", 100, 100) is None
    assert image_tokens("openai", "gpt-5.3", 100, 100) is None
    assert image_tokens("openai", "gpt-of-tomorrow", 100, 100) is None
    assert image_tokens("gemini", "gemma-4-31b-it", 100, 100) is None
    with pytest.raises(ValueError, match="0 x 5"):
        image_tokens("openai", "o3", 0, 5)


def test_what_gpt_4_1_and_o3_were_billed(bench_dir: Path) -> None:
    """The same images cost gpt-4.1 170 and o3 150 tokens a tile: both files, less prompt and base, give one tile count.

    Their prompt has 605 tokens: 1,370 - 605 = 85 + 4 x 170, and 1,279 - 604 = 75 + 4 x 150.
    """
    tiles = []
    for name, prompt, base, tile in (("gpt-4.1", 605, 85, 170), ("o3", 604, 75, 150)):
        lines = (bench_dir / "results" / f"dataset3_{name}.jsonl").read_text().splitlines()
        answers = [json.loads(line) for line in lines]
        sent = {row["image_file"]: (row["usage_info"] or {}).get("input_tokens") for row in answers}
        tiles.append({file: (tokens - prompt - base) / tile for file, tokens in sent.items() if tokens})
    assert tiles[0] == tiles[1]
    assert set(Counter(tiles[0].values())) <= {float(n) for n in range(1, 9)}


SIDES = st.integers(1, 20_000)
MODELS = st.sampled_from(
    [
        ("openai", "o3"),
        ("openai", "gpt-5.4"),
        ("openai", "gpt-4.1-mini"),
        ("openai", "gpt-5-nano"),
        ("openai", "gpt-5.6-luna"),
        ("anthropic", "claude-sonnet-4-5"),
        ("anthropic", "claude-opus-5-5"),
        ("gemini", "gemini-2.5-pro"),
        ("together", "x/y"),
    ]
)
MOST = {"o3": 75 + 150 * 8, "gpt-5.4": 3000, "gpt-4.1-mini": 9954, "gpt-5-nano": 2304, "claude-sonnet-4-5": 1568}


@given(model=MODELS, width=SIDES, height=SIDES)
def test_any_size_has_a_count_within_the_limits(model: tuple[str, str], width: int, height: int) -> None:
    count = image_tokens(*model, width, height)
    assert count is not None
    assert count >= 1
    assert count <= MOST.get(model[1], 10**9)


@given(model=MODELS, width=SIDES, height=SIDES, box=st.tuples(SIDES, SIDES))
def test_no_image_within_a_box_has_more_tokens_than_the_most(
    model: tuple[str, str], width: int, height: int, box: tuple[int, int]
) -> None:
    width, height = min(width, box[0]), min(height, box[1])
    most, count = most_image_tokens(*model, box), image_tokens(*model, width, height)
    assert most is not None
    assert count is not None
    assert count <= most


def test_the_most_is_that_of_the_worst_shape() -> None:
    """Eight tiles of a long image in a box where a square one has four."""
    assert most_image_tokens("openai", "o3", (2048, 2048)) == 75 + 8 * 150 == image_tokens("openai", "o3", 2048, 768)
    assert most_image_tokens("gemini", "gemini-3.1-pro-preview", (3072, 3072)) == 1120
    assert most_image_tokens("gemini", "gemini-2.5-pro", (3072, 3072), "low") == 64
    assert most_image_tokens("compatible", "llava", (100, 100)) is None
