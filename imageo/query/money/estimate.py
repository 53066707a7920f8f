"""How many tokens questions and answers take, before anything is asked: estimates."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg

from imageo.query.money.image_tokens import Size, most_image_tokens

SAMPLE = 500
"""So many files are opened for their size; of more, a sample."""

BYTES_A_TOKEN = 4
"""Of text: the rule of thumb that OpenAI and Google publish for English. No tokenizer is at hand for all models."""


@dataclass(frozen=True, slots=True)
class Range:
    """A figure that is not known yet: likely this, hardly less or more."""

    low: Decimal
    likely: Decimal
    high: Decimal


PLAIN_OUTPUT = Range(Decimal(160), Decimal(270), Decimal(310))
"""Tokens of an answer on IMAGEO-Bench's PCW: 10th percentile of Llama 3.2, mean of GPT-4.1, 90th of GPT-4.1 mini."""

REASONING_OUTPUT = Range(Decimal(450), Decimal(1140), Decimal(2310))
"""The same of o3, its 10th percentile, mean and 90th: hidden reasoning is billed as output."""

_REASONING = re.compile(
    r"(.*/)?(o\d|gpt-5|gpt-6|gpt-oss|gemini-2\.5|gemini-[3-9]|claude-[a-z]+-[5-9]|.*(thinking|reason|-r1))"
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """Tokens an answer in earlier runs of the model; None where no answer tells."""

    n_answers: int = 0
    input_tokens: Decimal | None = None
    output_tokens: Range | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels of the images that were looked at; `n_bad` could not be read. `n_files`: how many there are in all."""

    seen: tuple[Size, ...]
    n_bad: int
    n_files: int

    @property
    def n_seen(self) -> int:
        """Files that were opened."""
        return len(self.seen) + self.n_bad

    @property
    def is_sample(self) -> bool:
        """Whether some were left out."""
        return self.n_seen < self.n_files


def text_tokens(text: str) -> int:
    """About how many tokens a text is: one for four bytes of UTF-8, rounded up."""
    return math.ceil(len(text.encode()) / BYTES_A_TOKEN)


def tokens_at_most(provider: str, model: str, box: Size | None, prompt: str, detail: str | None = None) -> int:
    """Tokens that one question hardly exceeds, for what is reserved of a budget; its image fits into `box`.

    A token for two bytes of text, 500 for the answer's schema and the frame of the messages, and the image by its
    provider's rule; without one, a token for each square of 16 pixels: no published model is finer.
    """
    of_text = math.ceil(len(prompt.encode()) / 2) + 500
    if box is None:
        return of_text
    by_rule = most_image_tokens(provider, model, box, detail)
    return of_text + (math.ceil(box[0] / 16) * math.ceil(box[1] / 16) if by_rule is None else by_rule)


def is_reasoning(model: str, reasoning_effort: str | None = None) -> bool:
    """Whether the model thinks before it answers, told by its name or because it is asked to."""
    if reasoning_effort is not None:
        return reasoning_effort not in ("none", "minimal", "off")
    return _REASONING.match(model.lower()) is not None


def read_earlier(connection: psycopg.Connection, provider: str, model: str) -> Earlier:
    """What the model's answers took so far, over all runs in the database: mean, 10th and 90th percentile."""
    row = connection.execute(
        "select count(*), avg(prediction.input_tokens), avg(prediction.output_tokens),"
        " percentile_disc(0.1) within group (order by prediction.output_tokens),"
        " percentile_disc(0.9) within group (order by prediction.output_tokens)"
        " from core.prediction as prediction inner join core.run as run on run.run_id = prediction.run_id"
        " where run.provider = %s and run.model = %s and prediction.output_tokens > 0",
        [provider, model],
    ).fetchone()
    if row is None or not row[0]:
        return Earlier()
    n_answers, sent, likely, low, high = row
    return Earlier(n_answers, sent, Range(Decimal(low), likely, Decimal(high)))


def read_sizes(paths: Sequence[Path], seed: int = 0) -> Sizes:
    """The pixels of images, from the heads of their files; of more than 500, those of a sample."""
    import random

    chosen = list(paths) if len(paths) <= SAMPLE else random.Random(seed).sample(list(paths), SAMPLE)
    found = [_size(path) for path in chosen]
    seen = tuple(size for size in found if size is not None)
    return Sizes(seen, len(found) - len(seen), len(paths))


def _size(path: Path) -> Size | None:
    """From the head of the file; None where it is no image. Turned images count alike."""
    import pi_heif
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return image.size
    except UnidentifiedImageError:
        pass
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    try:
        width, height = pi_heif.open_heif(path).size
    except (OSError, ValueError, RuntimeError):
        return None
    return int(width), int(height)
