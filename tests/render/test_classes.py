"""Classes that split, colours that everybody can tell apart."""

from itertools import pairwise

import numpy as np
import pytest

from imageo.render.maps.classes import CIVIDIS, SCHEMES, breaks_for, class_counts

EVEN, HIGH, LOW = SCHEMES
# Machado, Oliveira and Fernandes 2009, severity 1.0.
VISION = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lightness(colour: str, matrix: object) -> float:
    """CIE L* of an sRGB colour seen through `matrix`, which acts on linear RGB."""
    srgb = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(matrix) @ linear, 0, 1)
    luminance = seen @ [0.2126, 0.7152, 0.0722]
    return float(116 * np.cbrt(luminance) - 16)


@pytest.mark.parametrize("vision", VISION)
def test_each_class_is_clearly_lighter_than_the_one_before(vision: str) -> None:
    seen = [lightness(colour, VISION[vision]) for colour in CIVIDIS]
    assert min(after - before for before, after in pairwise(seen)) > 8


def test_breaks_follow_where_the_rates_are() -> None:
    assert breaks_for([0.96, 0.97, 0.92, 0.85, 0.75, 0.6, 0.3]) == HIGH
    assert breaks_for([0.01, 0.07, 0.15, 0.25, 0.4, 0.8]) == LOW
    assert breaks_for([0.05, 0.2, 0.4, 0.6, 0.8, 0.95]) == EVEN
    assert breaks_for([]) == EVEN


def test_class_holds_its_lower_boundary_and_the_last_one_the_top() -> None:
    assert class_counts([0.0, 0.1, 0.7, 0.9, 1.0], EVEN) == [1, 1, 0, 0, 1, 2]


def test_every_scheme_has_one_class_for_each_colour() -> None:
    assert {len(scheme) + 1 for scheme in SCHEMES} == {len(CIVIDIS)}
