"""Spatially blocked bootstrap: whole places are drawn, not photos, as neighbouring photos are right or wrong together.

The draws are made once over the blocks of a dataset, and every group and every model is counted under the same ones:
what two of them have in common cancels in their difference (paired). Replicates are products of a sparse matrix of
counts per block with the matrix of draws, so that their cost does not depend on the number of photos.
Source: Kuensch (1989) and Hall (1985) for blocks; Davison and Hinkley (1997), Bootstrap Methods, 3.8 for clusters.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

REPLICATES = 2000


def equal_area_cells(latitude: Floats, longitude: Floats, degrees: float) -> Ints:
    """The cell that each point (degrees, WGS84) lies in, on a grid of cells nearly equal in area.

    Bands of latitude `degrees` high, each cut into round(360 cos(middle of the band) / degrees) cells: as wide as
    high on the ground from the equator to the poles (5 degrees are 556 km). The numbers are keys, nothing more.
    """
    band = np.clip(np.floor((latitude + 90.0) / degrees), 0, np.ceil(180.0 / degrees) - 1)
    middle = np.radians(-90.0 + (band + 0.5) * degrees)
    cells = np.maximum(1.0, np.round(360.0 * np.cos(middle) / degrees))
    column = np.floor((longitude + 180.0) % 360.0 / 360.0 * cells)
    numbers: Ints = (band * np.ceil(360.0 / degrees) + column).astype(np.int64)
    return numbers


def draw_blocks(n_blocks: int, replicates: int, rng: np.random.Generator) -> Floats:
    """How often each block is drawn in each replicate, (blocks, replicates); a column sums to the number of blocks."""
    picked = rng.integers(0, n_blocks, (replicates, n_blocks))
    picked += np.arange(replicates)[:, None] * n_blocks
    counts = np.bincount(picked.ravel(), minlength=replicates * n_blocks).reshape(replicates, n_blocks)
    return np.ascontiguousarray(counts.T, dtype=np.float32)


@dataclass(frozen=True)
class GroupSample:
    """Photos and hits of groups, (groups,), and the same under each replicate, (groups, replicates).

    `blocks` is the effective number of blocks of a group, (sum n_b)^2 / sum n_b^2 (Kish): of ten blocks of which one
    holds nearly all photos, little more than one counts.
    """

    n: Floats
    k: Floats
    blocks: Floats
    n_drawn: Floats
    k_drawn: Floats

    @property
    def rate(self) -> Floats:
        """Share of hits; NaN where a group is empty."""
        return _share(self.k, self.n)

    @property
    def rate_drawn(self) -> Floats:
        """The rates of the replicates; NaN where a group was not drawn."""
        return _share(self.k_drawn, self.n_drawn)

    def take(self, groups: npt.NDArray[np.intp]) -> "GroupSample":
        """Some of the groups, in the order given."""
        return GroupSample(
            self.n[groups], self.k[groups], self.blocks[groups], self.n_drawn[groups], self.k_drawn[groups]
        )

    def minus(self, part: "GroupSample") -> "GroupSample":
        """Without a part of the photos, row by row. Effective blocks as if no block held photos of both parts."""
        n = self.n - part.n
        squares = np.maximum(_share(self.n**2, self.blocks) - np.nan_to_num(_share(part.n**2, part.blocks)), n)
        return GroupSample(
            n, self.k - part.k, _share(n**2, squares), self.n_drawn - part.n_drawn, self.k_drawn - part.k_drawn
        )

    def rest(self) -> "GroupSample":
        """For each group all the others together."""
        return GroupSample(
            self.n.sum() - self.n,
            self.k.sum() - self.k,
            # Effective numbers of disjoint parts: the sums of squares add up.
            _share((self.n.sum() - self.n) ** 2, _others(_share(self.n**2, self.blocks))),
            self.n_drawn.sum(axis=0) - self.n_drawn,
            self.k_drawn.sum(axis=0) - self.k_drawn,
        )


def sample_groups(group: Ints, block: Ints, is_hit: npt.NDArray[np.bool_], n_groups: int, draws: Floats) -> GroupSample:
    """Count photos and hits by group, as they are and under the draws of blocks.

    `group` (0 to n_groups - 1; -1 is in none), `block` (a row of `draws`) and `is_hit` are of the same photos.
    """
    from scipy.sparse import coo_array

    known = group >= 0
    shape = (n_groups, len(draws))
    place = (group[known], block[known])
    photos = coo_array((np.ones(known.sum(), np.float32), place), shape=shape).tocsr()
    hits = coo_array((is_hit[known].astype(np.float32), place), shape=shape).tocsr()
    n = np.asarray(photos.sum(axis=1), dtype=float)
    return GroupSample(
        n=n,
        k=np.asarray(hits.sum(axis=1), dtype=float),
        blocks=_share(n**2, np.asarray((photos * photos).sum(axis=1), dtype=float)),
        n_drawn=photos @ draws,
        k_drawn=hits @ draws,
    )


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan, dtype=part.dtype), where=whole > 0)
    return share


def _others(values: Floats) -> Floats:
    known = np.nan_to_num(values)
    others: Floats = known.sum() - known
    return others
