"""Classes that split, colours that everybody can tell apart."""

import re
from itertools import pairwise

import numpy as np
import pytest

from imageo.render.maps import differences
from imageo.render.maps.classes import CIVIDIS, DISTANCE_SCHEMES, SCHEMES, breaks_for, class_counts
from imageo.render.page import read_asset

EVEN, HIGH, LOW = SCHEMES
# Machado, Oliveira and Fernandes 2009, severity 1.0.
VISION = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colour: str, matrix: object) -> np.ndarray:
    """CIE L*a*b* (D65) of an sRGB colour seen through `matrix`, which acts on linear RGB."""
    srgb = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    ratio = np.array(to_xyz) @ seen / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def lightness(colour: str, matrix: object) -> float:
    return float(lab(colour, matrix)[0])


def apart(one: str, other: str, matrix: object) -> float:
    """The CIE 1976 colour difference; 2.3 is just noticeable (Mahy, Van Eycken and Oosterlinck 1994)."""
    return float(np.linalg.norm(lab(one, matrix) - lab(other, matrix)))


def test_lab_is_that_of_known_colours() -> None:
    # Published values of sRGB red and blue under D65.
    assert lab("#ff0000", VISION["full"]) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert lab("#0000ff", VISION["full"]) == pytest.approx([32.30, 79.19, -107.86], abs=0.05)
    # The classes of traffic lights are no classes for two readers of these.
    assert apart("#d7191c", "#1a9641", VISION["full"]) > 100
    assert apart("#d7191c", "#1a9641", VISION["deuteranopia"]) < 40


@pytest.mark.parametrize("vision", VISION)
def test_each_class_is_clearly_lighter_than_the_one_before(vision: str) -> None:
    seen = [lightness(colour, VISION[vision]) for colour in CIVIDIS]
    assert min(after - before for before, after in pairwise(seen)) > 8


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_differences_are_told_apart_by_everybody(vision: str, scheme: str) -> None:
    colours = {"light": differences.LIGHT, "dark": differences.DARK}[scheme]
    matrix = VISION[vision]
    assert min(apart(one, other, matrix) for one, other in pairwise(colours)) > 15
    # Worse is never taken for better, whatever the size of it.
    assert min(apart(one, other, matrix) for one in colours[:3] for other in colours[4:]) > 25
    seen = [lightness(colour, matrix) for colour in colours]
    outward = 1 if scheme == "dark" else -1
    for side in (seen[3::-1], seen[3:]):
        assert all(outward * (after - before) > 4 for before, after in pairwise(side))


@pytest.mark.parametrize("vision", VISION)
def test_no_class_looks_like_a_region_without_images(vision: str) -> None:
    style = read_asset("choropleth/choropleth.css")
    diverging_light, diverging_dark = re.findall(r'"diverging"\] \{ --no-images: (#\w{6})', style)
    light, dark = re.findall(r"^ +--no-images: (#\w{6})", style, re.MULTILINE)
    pairs = (
        (differences.LIGHT, diverging_light),
        (differences.DARK, diverging_dark),
        (CIVIDIS, light),
        (CIVIDIS, dark),
    )
    for colours, ground in pairs:
        assert min(apart(colour, ground, VISION[vision]) for colour in colours) > 10


def test_steps_of_a_difference_are_symmetric() -> None:
    assert [-step for step in reversed(differences.RATE_STEPS)] == list(differences.RATE_STEPS)
    assert [1 / step for step in reversed(differences.DISTANCE_STEPS)] == list(differences.DISTANCE_STEPS)
    steps = {len(differences.RATE_STEPS), len(differences.DISTANCE_STEPS)}
    assert {each + 1 for each in steps} == {len(differences.LIGHT), len(differences.DARK)} == {7}


def test_breaks_follow_where_the_rates_are() -> None:
    assert breaks_for([0.96, 0.97, 0.92, 0.85, 0.75, 0.6, 0.3]) == HIGH
    assert breaks_for([0.01, 0.07, 0.15, 0.25, 0.4, 0.8]) == LOW
    assert breaks_for([0.05, 0.2, 0.4, 0.6, 0.8, 0.95]) == EVEN
    assert breaks_for([]) == EVEN


def test_class_holds_its_lower_boundary_and_the_last_one_the_top() -> None:
    assert class_counts([0.0, 0.1, 0.7, 0.9, 1.0], EVEN) == [1, 1, 0, 0, 1, 2]


def test_every_scheme_has_one_class_for_each_colour() -> None:
    assert {len(scheme) + 1 for scheme in SCHEMES + DISTANCE_SCHEMES} == {len(CIVIDIS)}
