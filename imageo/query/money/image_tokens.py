"""Tokens that an image is billed as, by the rule that its provider publishes.

Rules as published in autumn 2026; a bill may differ by a token for rounding. None where nothing is published.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

Size = tuple[int, int]
"""Width and height in pixels, as sent."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """So many tokens for the image, and so many for each square of 512 pixels."""

    base: int
    tile: int

    def tokens(self, width: int, height: int, detail: str) -> int:
        """Fitted into 2048 x 2048, then the short side down to 768, then counted in squares."""
        if detail == "low":
            return self.base
        width, height = _fit(width, height, 2048)
        scale = min(1.0, 768 / min(width, height))
        return self.base + self.tile * _squares(int(width * scale), int(height * scale), 512)

    def most(self, long: int, short: int, detail: str) -> int:
        """The most of any image within a box: it may be long, and its short side just 768."""
        if detail == "low":
            return self.base
        return self.base + self.tile * _squares(min(long, 2048), min(short, 768), 512)


@dataclass(frozen=True, slots=True)
class Patches:
    """So many tokens for each square of 32 pixels. `limits`: detail -> longest side, most patches."""

    multiplier: float
    limits: Mapping[str, tuple[int, int | None]]

    def tokens(self, width: int, height: int, detail: str) -> int:
        max_side, budget = self.limits.get(detail, self.limits["auto"])
        width, height = _fit(width, height, max_side)
        if budget is not None and _squares(width, height, 32) > budget:
            shrink = math.sqrt(32**2 * budget / (width * height))
            across, down = width * shrink / 32, height * shrink / 32
            shrink *= min(math.floor(across) / across, math.floor(down) / down)
            width, height = int(width * shrink), int(height * shrink)
        return self._times(_squares(width, height, 32))

    def most(self, long: int, short: int, detail: str) -> int:
        """The most of any image within a box."""
        max_side, budget = self.limits.get(detail, self.limits["auto"])
        squares = _squares(min(long, max_side), min(short, max_side), 32)
        return self._times(squares if budget is None else min(squares, budget))

    def _times(self, squares: int) -> int:
        # Rounded first: 150 * 1.62 comes out a hair above 243.
        return math.ceil(round(squares * self.multiplier, 6))


_EARLY = {"auto": (65_535, 1_536)}
_WIDE = {"auto": (2_048, 6_144)}
_GPT_5_4 = {"auto": (2_048, 2_500), "low": (2_048, 6_144), "original": (6_000, 10_000)}
_GPT_5_5 = {"auto": (6_000, 10_000), "low": (512, None), "high": (2_048, 2_500)}
_GPT_5_6 = {"auto": (65_535, None), "low": (512, None), "high": (2_048, 2_500)}

# The first pattern that fits a name without its date.
_OPENAI: tuple[tuple[str, Tiles | Patches], ...] = (
    (r"gpt-6(\.\d+)?-\w+", Patches(1.2, _GPT_5_6)),
    (r"gpt-5\.6-\w+", Patches(1.2, _GPT_5_6)),
    (r"gpt-5\.5", Patches(1.2, _GPT_5_5)),
    (r"gpt-5\.4(-mini|-nano)?", Patches(1.2, _GPT_5_4)),
    (r"gpt-5\.2", Patches(1.2, _WIDE)),
    (r"gpt-4\.1-mini", Patches(1.62, _WIDE)),
    (r"gpt-5-mini", Patches(1.2, _EARLY)),
    (r"gpt-5-nano", Patches(1.5, _EARLY)),
    (r"gpt-4\.1-nano", Patches(2.46, _EARLY)),
    (r"o4-mini", Patches(1.72, _EARLY)),
    (r"gpt-5(\.1)?(-chat)?", Tiles(70, 140)),
    (r"gpt-4o-mini", Tiles(2_833, 5_667)),
    (r"gpt-4o|gpt-4\.1|chatgpt-4o", Tiles(85, 170)),
    (r"o1(-pro)?|o3", Tiles(75, 150)),
)
_DATE = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


def image_tokens(provider: str, model: str, width: int, height: int, detail: str | None = None) -> int | None:
    """Tokens of one image of that size, or None where no rule is published.

    `detail` as the provider names it: low, high, original, auto for OpenAI; low, medium, high, ultra_high for Gemini,
    with or without `media_resolution_` before it. Raises ValueError where a side is not positive.
    """
    if width < 1 or height < 1:
        raise ValueError(f"an image of {width} x {height} pixels")
    name = _DATE.sub("", model.lower().removeprefix("models/"))
    if provider == "openai":
        return openai_tokens(name, width, height, detail or "auto")
    if provider == "anthropic":
        return anthropic_tokens(name, width, height)
    if provider == "gemini":
        return gemini_tokens(name, width, height, detail)
    if provider == "together":
        return together_tokens(width, height)
    return None


def most_image_tokens(provider: str, model: str, box: Size, detail: str | None = None) -> int | None:
    """The most tokens of any image that fits into a box, turned or not; None where no rule is published.

    Not always those of the largest image: a long narrow one may have more tiles.
    """
    long, short = max(box), min(box)
    name = _DATE.sub("", model.lower().removeprefix("models/"))
    if provider == "openai":
        rule = _openai_rule(name)
        return None if rule is None else rule.most(long, short, detail or "auto")
    if provider == "anthropic":
        return min(_anthropic_limits(name)[1], _squares(long, short, 28))
    if provider == "gemini" and gemini_tokens(name, 385, 385, detail) == 4 * 258:
        side = min(long, 3_072)
        return 258 * max(2 * math.ceil(side / 256), math.ceil(side / 768) ** 2)
    return image_tokens(provider, model, long, short, detail)


def openai_tokens(name: str, width: int, height: int, detail: str = "auto") -> int | None:
    """https://developers.openai.com/api/docs/guides/images-vision ("Calculating costs").

    gpt-5-mini, -nano, gpt-4.1-nano and o4-mini have lost their line on sizes there; the older text gave them 1,536
    patches. The gpt-6 models are not in it yet: they are counted as gpt-5.6, which
    https://huggingface.co/datasets/JOHNISKING/image-token-cost found for gpt-6-astra.
    """
    rule = _openai_rule(name)
    return None if rule is None else rule.tokens(width, height, detail)


def anthropic_tokens(name: str, width: int, height: int) -> int:
    """https://platform.claude.com/docs/en/build-with-claude/vision ("Resolution and token cost").

    A token for each square of 28 pixels. Up to Claude 4.6 an image has at most 1,568 tokens and 1,568 pixels a side,
    from 4.7 on 4,784 tokens and 2,576 pixels: a larger one is shrunk.
    """
    max_side, max_tokens = _anthropic_limits(name)
    long, short = max(width, height), min(width, height)

    def fits(side: int) -> bool:
        other = max(round(side * short / long), 1)
        return side <= max_side and _squares(side, other, 28) <= max_tokens

    if not fits(long):
        # The largest side that fits: it grows with the tokens, so it is found by halving.
        low, high = 1, long
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        long, short = low, max(round(low * short / long), 1)
    return _squares(long, short, 28)


def gemini_tokens(name: str, width: int, height: int, detail: str | None = None) -> int | None:
    """https://ai.google.dev/gemini-api/docs/media-resolution and .../image-understanding ("Token calculation").

    From Gemini 3 on at most 1,120 tokens whatever the size (280 low, 560 medium, 2,240 ultra high). Before, 258 up to
    384 pixels a side, else 258 for each tile, whose side is two thirds of the image's short side, from 256 to 768
    (https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/send-multimodal-prompts#image-requirements); a set
    resolution is 64 low, 256 medium. IMAGEO-Bench's calls of gemini-1.5-pro and -2.5-pro were billed 258 an image.
    """
    version = re.match(r"gemini-(\d+)", name)
    if not name.startswith("gemini-"):
        return None
    level = (detail or "").lower().removeprefix("media_resolution_")
    if version is None or int(version[1]) >= 3:
        return {"low": 280, "medium": 560, "ultra_high": 2_240}.get(level, 1_120)
    if level in ("low", "medium"):
        return {"low": 64, "medium": 256}[level]
    if max(width, height) <= 384:
        return 258
    width, height = _fit(width, height, 3_072)
    return 258 * _squares(width, height, min(max(int(min(width, height) / 1.5), 256), 768))


def together_tokens(width: int, height: int) -> int:
    """https://docs.together.ai/docs/vision-overview ("Pricing"): 1,601 tokens for each of at most 2 x 2 tiles.

    A side of 560 pixels or more makes two. IMAGEO-Bench's calls were billed less: nothing for the image by
    Llama-3.2-11B, 1,016 to 2,466 tokens by Llama-4-Maverick.
    """
    return 1_601 * (2 if width >= 560 else 1) * (2 if height >= 560 else 1)


def _openai_rule(name: str) -> Tiles | Patches | None:
    return next((rule for pattern, rule in _OPENAI if re.fullmatch(pattern, name)), None)


def _anthropic_limits(name: str) -> tuple[int, int]:
    """Longest side in pixels, most tokens; a name without a version counts as late."""
    version = re.search(r"claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2})(?!\d))?", name)
    is_early = version is not None and (int(version[1]), int(version[2] or 0)) < (4, 7)
    return (1_568, 1_568) if is_early else (2_576, 4_784)


def _squares(width: int, height: int, side: int) -> int:
    return math.ceil(width / side) * math.ceil(height / side)


def _fit(width: int, height: int, max_side: int) -> Size:
    scale = min(1.0, max_side / max(width, height))
    return max(round(width * scale), 1), max(round(height * scale), 1)
