"""Worlds with planted rates: places of unequal size, within which photos are right or wrong together."""

from dataclasses import dataclass

import numpy as np

from imageo.analysis.resampling import GroupSample, draw_blocks, sample_groups


@dataclass(frozen=True)
class PlantedWorld:
    """`rates` of groups, their `shares` of the places, photos a place, and how alike those of a place are (rho)."""

    rates: tuple[float, ...]
    shares: tuple[float, ...]
    places: int = 150
    photos: float = 6.0
    rho: float = 0.15

    def rest(self) -> np.ndarray:
        """The true rate of the rest of each group."""
        rates, shares = np.array(self.rates), np.array(self.shares)
        others: np.ndarray = ((shares * rates).sum() - shares * rates) / (1 - shares)
        return others

    def draw(self, rng: np.random.Generator, replicates: int = 800) -> GroupSample:
        """One world as a sample of its places. Beta-binomial photos: intra-place correlation rho."""
        of_place = rng.choice(len(self.rates), self.places, p=self.shares)
        size = rng.poisson(self.photos, self.places) + 1
        rate, spread = np.array(self.rates)[of_place], (1 - self.rho) / self.rho
        skill = rng.beta(rate * spread, (1 - rate) * spread)
        block = np.repeat(np.arange(self.places), size)
        is_hit = rng.random(len(block)) < skill[block]
        draws = draw_blocks(self.places, replicates, rng)
        return sample_groups(of_place[block], block, is_hit, len(self.rates), draws)
