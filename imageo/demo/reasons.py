"""What the demo's models say they see: scenes that explain nothing, and clues that tell hits from misses."""

import numpy as np
import pandas as pd

SCENES = {
    "environment": {"outdoor": 0.85, "indoor": 0.15},
    "scene_type": {"street": 0.4, "market": 0.15, "park": 0.15, "coast": 0.1, "station": 0.1, "mountain": 0.1},
    "setting": {"urban": 0.5, "suburban": 0.3, "rural": 0.2},
    "landmark": {"no": 0.85, "yes": 0.15},
}
"""Shares of the photos, whatever their place: nothing is planted here, and nothing should be found."""

CLUES = (
    "The shop signs are written in the language of the country.",
    "Number plates and road markings are typical of the region.",
    "The church tower and the tiled roofs look familiar.",
    "A street name can be read on a blue plate.",
    "The houses look generic and no text is visible.",
    "The image is blurred and the signs are out of focus.",
    "The vegetation could grow on several continents.",
    "Dry grass and a dirt road fit many countries.",
)
CLUES_OF_HIT = (0.25, 0.2, 0.15, 0.15, 0.05, 0.05, 0.1, 0.05)
CLUES_OF_MISS = (0.05, 0.1, 0.1, 0.05, 0.2, 0.2, 0.15, 0.15)
"""How likely each clue is named first where the answer is right, and where it is not."""


def draw_scenes(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a photo: environment, scene_type, setting, landmark (yes, no)."""
    return pd.DataFrame(
        {name: rng.choice(list(shares), size=n, p=list(shares.values())) for name, shares in SCENES.items()}
    )


def draw_reasons(is_hit: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Two different clues an answer, in the order in which they were drawn."""
    weights = np.where(is_hit[:, None], CLUES_OF_HIT, CLUES_OF_MISS)
    # The two largest of log weight + Gumbel noise: a draw without replacement with these weights.
    order = np.argsort(-(np.log(weights) + rng.gumbel(size=weights.shape)), axis=1)
    return [f"{CLUES[first]} {CLUES[second]}" for first, second in order[:, :2]]
