"""What the models agree on about a picture, where each describes it in its own words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TIE = "tie"
"""Value of a field where two words have equally many votes."""


def consensus(panel: "pd.DataFrame", fields: Sequence[str]) -> "pd.DataFrame":
    """Each field of an image by majority over the models: one row an image_id, as index.

    `panel`: columns image_id, model_id, run_id and `fields`, one row a (image, run). A model has one vote an image,
    shared by its runs; a model without a word does not vote. The word with most votes wins, more than half or not;
    where two are level the value is "tie". Missing where no model has a word.
    """
    import pandas as pd

    chosen = pd.DataFrame(index=pd.Index(sorted(panel["image_id"].unique()), name="image_id"))
    for field in fields:
        count = count_votes(panel["image_id"], panel["model_id"], panel[field])
        best = count[count == count.groupby(level=0).transform("max")].rename("votes").reset_index()
        n_best = best.groupby("image_id").size()
        word = best.drop_duplicates("image_id").set_index("image_id")["word"]
        chosen[field] = word.where(n_best == 1, TIE)
    return chosen.astype("object")


def count_votes(image_id: "pd.Series", model_id: "pd.Series", word: "pd.Series") -> "pd.Series":
    """(image_id, word) -> votes, of rows of one answer each: a model has one vote an image, shared by its runs."""
    import pandas as pd

    votes = pd.DataFrame({"image_id": image_id, "model_id": model_id, "word": word}).dropna(subset=["word"])
    share = 1 / votes.groupby(["image_id", "model_id"])["word"].transform("size")
    # Shares are sums of fractions: rounded, so that 1/3 + 1/3 + 1/3 is level with 1.
    return share.groupby([votes["image_id"], votes["word"]]).sum().round(9)
