"""The GPS tag as files have it, and as they should not have it; written by Pillow, or by hand after EXIF 2.32."""

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imageo.query.images.exif import read_gps, read_orientation, tiff_block

from .pictures import exif

Rational = tuple[int, int]


def block(
    latitude: list[Rational],
    longitude: list[Rational],
    references: tuple[bytes, bytes] = (b"N", b"E"),
    order: str = "<",
    kind: int = 5,
) -> bytes:
    """A TIFF block with nothing but a GPS directory."""

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(f"{order}HHI", tag, kind, count) + value.ljust(4, b"\0")

    values_at = 8 + 18 + 2 + 4 * 12 + 4
    number = f"{order}{'II' if kind == 5 else 'ii'}"
    values = b"".join(struct.pack(number, *fraction) for fraction in (*latitude, *longitude))
    pointers = struct.pack(f"{order}I", values_at), struct.pack(f"{order}I", values_at + 8 * len(latitude))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    root = struct.pack(f"{order}H", 1) + entry(0x8825, 4, 1, struct.pack(f"{order}I", 26)) + bytes(4)
    gps = (
        struct.pack(f"{order}H", 4)
        + entry(1, 2, 2, references[0])
        + entry(2, kind, len(latitude), pointers[0])
        + entry(3, 2, 2, references[1])
        + entry(4, kind, len(longitude), pointers[1])
        + bytes(4)
    )
    return head + root + gps + values


TEN: list[Rational] = [(10, 1), (30, 1), (0, 1)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("letters", "signs"), [((b"N", b"E"), (1, 1)), ((b"S", b"W"), (-1, -1)), ((b"s", b"e"), (-1, 1))]
)
def test_hemispheres_in_both_byte_orders(letters: tuple[bytes, bytes], signs: tuple[int, int], order: str) -> None:
    """40°26'46" and 79°58'56": 40.446 and 79.982, Wikipedia's example of the conversion."""
    found = read_gps(block([(40, 1), (26, 1), (46, 1)], [(79, 1), (58, 1), (56, 1)], letters, order))
    assert found == pytest.approx((signs[0] * 40.446, signs[1] * 79.982), abs=5e-4)


@pytest.mark.parametrize(
    ("latitude", "degrees"),
    [
        ([(1_234_567, 100_000)], 12.34567),  # degrees alone
        ([(12, 1), (345_678, 10_000)], 12.57613),  # no seconds
        ([(12, 1), (345_678, 10_000), (0, 0)], 12.57613),  # seconds "void"
        ([(12, 1), (0, 0), (0, 0)], 12.0),
        ([(12, 1), (59, 1), (60, 1)], 13.0),  # rounded up
        ([(90, 1), (0, 1), (0, 1)], 90.0),
        ([(4_294_967_295, 429_496_729), (0, 1), (0, 1)], 10.0),
    ],
)
def test_odd_but_valid(latitude: list[Rational], degrees: float) -> None:
    found = read_gps(block(latitude, TEN))
    assert found == pytest.approx((degrees, 10.5), abs=1e-6)


@pytest.mark.parametrize(
    "data",
    [
        block([(0, 0), (1, 1), (1, 1)], TEN),
        block([(5, 0), (0, 1), (0, 1)], TEN),
        block([(5, 1), (7, 0), (0, 1)], TEN),
        block([(91, 1), (0, 1), (0, 1)], TEN),
        block([(90, 1), (0, 1), (1, 1)], TEN),
        block(TEN, [(180, 1), (1, 1), (0, 1)]),
        block([(0, 1)] * 3, [(0, 1)] * 3),
        block(TEN, TEN, (b"\0", b"E")),
        block(TEN, TEN, (b"E", b"N")),
        block([(-10, 1), (0, 1), (0, 1)], TEN, kind=10),
        block([], TEN),
        block(TEN, TEN)[:-1],
        block(TEN, TEN).replace(b"II*\0", b"II+\0"),
        b"",
        b"II*\0",
    ],
)
def test_what_is_no_place(data: bytes) -> None:
    assert read_gps(data) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_reads_what_pillow_writes(latitude: float, longitude: float) -> None:
    written = Image.Exif()
    written[0x8825] = {
        1: "S" if latitude < 0 else "N",
        2: (abs(Fraction(latitude)).limit_denominator(10**6), Fraction(0), Fraction(0)),
        3: "W" if longitude < 0 else "E",
        4: (abs(Fraction(longitude)).limit_denominator(10**6), Fraction(0), Fraction(0)),
    }
    found = read_gps(tiff_block(written.tobytes()))
    if abs(latitude) < 1e-5 and abs(longitude) < 1e-5:
        return
    assert found == pytest.approx((latitude, longitude), abs=1e-5)


@pytest.mark.parametrize(("written", "read"), [(1, 1), (6, 6), (8, 8), (0, 1), (9, 1), (None, 1)])
def test_orientation(written: int | None, read: int) -> None:
    assert read_orientation(exif(written)) == read


@given(st.binary(max_size=200), st.integers(0, 400), st.binary(max_size=12))
def test_nothing_is_raised_over_any_bytes(data: bytes, place: int, piece: bytes) -> None:
    real = block(TEN, TEN)
    damaged = real[:place] + piece + real[place + len(piece) :]
    for each in (data, b"II*\0" + data, b"MM\0*" + data, damaged):
        assert read_orientation(each) in range(1, 9)
        found = read_gps(each)
        assert found is None or (-90 <= found[0] <= 90 and -180 <= found[1] <= 180)
