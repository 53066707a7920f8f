"""Who is whose neighbour: spatial weights over regions, hexagons or images, with islands named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from geopandas import GeoSeries
    from libpysal.weights import W
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]

KINDS = ("contiguity", "nearest")
"""Units that touch, or the k nearest by great circle."""


@dataclass(frozen=True)
class Neighbours:
    """Binary weights over `codes`, every one of which has a neighbour; `islands` have none and are left out.

    `kind` is one of KINDS; `k` its number of neighbours, None for contiguity.
    """

    codes: tuple[str, ...]
    islands: tuple[str, ...]
    kind: str
    k: int | None
    matrix: "csr_array" = field(repr=False)

    def pysal(self) -> "W":
        """The same as libpysal.weights.W, for esda."""
        from libpysal.weights import W

        starts, ends = self.matrix.indptr[:-1], self.matrix.indptr[1:]
        found = {
            code: [self.codes[other] for other in self.matrix.indices[start:end]]
            for code, start, end in zip(self.codes, starts, ends, strict=True)
        }
        return W(found, id_order=list(self.codes), silence_warnings=True)


def touching(codes: Sequence[str], shapes: "GeoSeries") -> Neighbours:
    """Units whose drawn outlines share at least a point (queen contiguity), in the order of `codes`."""
    from libpysal.graph import Graph

    pairs = Graph.build_contiguity(shapes.reset_index(drop=True), rook=False, strict=True).adjacency
    edges = pairs[pairs > 0].reset_index()
    return _neighbours(codes, edges["focal"].to_numpy(), edges["neighbor"].to_numpy(), "contiguity", None)


def nearest(codes: Sequence[str], latitude: Floats, longitude: Floats, k: int) -> Neighbours:
    """The k units whose points are nearest by great circle. Not symmetric; nobody is an island."""
    k = min(k, len(codes) - 1)
    if k < 1:
        return _neighbours(codes, np.array([], int), np.array([], int), "nearest", k)
    found = nearest_points(latitude, longitude, k)
    return _neighbours(codes, np.repeat(np.arange(len(codes)), k), found.ravel(), "nearest", k)


def adjacent(neighbours_of: Mapping[str, Sequence[str]]) -> Neighbours:
    """Units whose neighbours are known by code; those that are no unit themselves do not count."""
    codes = list(neighbours_of)
    place = {code: number for number, code in enumerate(codes)}
    pairs = [
        (place[code], place[other])
        for code, others in neighbours_of.items()
        for other in others
        if other in place and other != code
    ]
    focal, other = np.array(pairs, dtype=int).reshape(-1, 2).T
    return _neighbours(codes, focal, other, "contiguity", None)


def nearest_points(latitude: Floats, longitude: Floats, k: int) -> npt.NDArray[np.int64]:
    """Positions (n, k) of the k nearest other points by great circle, degrees in; nearest first.

    Chords of the unit sphere order points as great circles do.
    """
    from scipy.spatial import cKDTree

    points = unit_vectors(latitude, longitude)
    _, found = cKDTree(points).query(points, k=k + 1)
    # Where points coincide, a point need not come first among its own nearest.
    is_self = found == np.arange(len(points))[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    others: npt.NDArray[np.int64] = found[~is_self].reshape(len(points), k)
    return others


def unit_vectors(latitude: Floats, longitude: Floats) -> Floats:
    """Points (n, 3) on the unit sphere, from degrees."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def symmetric_pairs(neighbours: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Unordered pairs (m, 2) of points of which at least one has the other among its nearest."""
    focal = np.repeat(np.arange(len(neighbours)), neighbours.shape[1])
    pairs = np.sort(np.column_stack([focal, neighbours.ravel()]), axis=1)
    unique: npt.NDArray[np.int64] = np.unique(pairs, axis=0)
    return unique


def _neighbours(
    codes: Sequence[str], focal: npt.NDArray[Any], other: npt.NDArray[Any], kind: str, k: int | None
) -> Neighbours:
    from scipy.sparse import csr_array

    n = len(codes)
    matrix = csr_array((np.ones(len(focal)), (focal, other)), shape=(n, n))
    is_kept = np.ones(n, dtype=bool)
    # Whoever has no neighbour is dropped, until all that are left have one.
    while (is_alone := is_kept & (matrix @ is_kept.astype(float) == 0)).any():
        is_kept &= ~is_alone
    kept = np.flatnonzero(is_kept)
    matrix = csr_array(matrix[kept][:, kept])
    matrix.sort_indices()
    return Neighbours(
        tuple(codes[int(number)] for number in kept),
        tuple(codes[int(number)] for number in np.flatnonzero(~is_kept)),
        kind,
        k,
        matrix,
    )


def subset(neighbours: Neighbours, is_kept: npt.NDArray[np.bool_]) -> Neighbours:
    """The same weights among some of the units; those that lose their last neighbour become islands."""
    kept = np.flatnonzero(is_kept)
    pairs = neighbours.matrix[kept][:, kept].tocoo()
    codes = [neighbours.codes[number] for number in kept]
    return _neighbours(codes, pairs.coords[0], pairs.coords[1], neighbours.kind, neighbours.k)
