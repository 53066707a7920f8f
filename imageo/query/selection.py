"""Which images of a dataset a command asks about."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

from imageo.errors import InputError

STRATA = {
    "continent": "coalesce(image.continent_code, '')",
    "country": "coalesce(image.country_iso, '')",
    "state": "coalesce(image.state_code, image.state_text, '')",
}
"""What `--stratify` knows besides the attributes of the truth file, as SQL over core.image."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that may be asked about, and the stratum that it stands for."""

    image_id: int
    name: str
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """How many images, and how they are chosen. `limit`: the first by name; `sample`: drawn under `seed`."""

    limit: int | None = None
    sample: int | None = None
    stratify: str | None = None
    seed: int = 0


def read_candidates(connection: psycopg.Connection, dataset_id: int, stratify: str | None) -> list[Candidate]:
    """All images of a dataset by name. Raises InputError where `stratify` is no grouping of theirs."""
    grouping = STRATA.get(stratify, "") if stratify else "''"
    if stratify and not grouping:
        _require_attribute(connection, dataset_id, stratify)
        grouping = "coalesce(image.attributes ->> %(attribute)s, '')"
    rows = connection.execute(
        f"select image.image_id, image.image_name, {grouping} from core.image as image"  # noqa: S608
        ' where image.dataset_id = %(dataset)s order by image.image_name collate "C"'.encode(),
        {"dataset": dataset_id, "attribute": stratify},
    )
    return [Candidate(*row) for row in rows]


def select(candidates: Sequence[Candidate], selection: Selection) -> list[Candidate]:
    """The chosen images, in the order in which they are asked.

    A sample is without replacement and grows: under one seed that of 200 holds that of 100, and images that join the
    dataset later disturb it little, because each image has its place by a hash of seed and name. Strata get shares
    in proportion to their size (largest remainders), each at least one image while there are enough.
    """
    chosen = list(candidates)
    if selection.sample is not None:
        chosen.sort(key=lambda image: _place(selection.seed, image.name))
        if selection.stratify:
            chosen = _stratified(chosen, selection.sample)
        chosen = chosen[: selection.sample]
    return chosen if selection.limit is None else chosen[: selection.limit]


def allocate(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Shares of `total` in proportion to the sizes of the strata: Hamilton's method of largest remainders.

    Each stratum gets one first where `total` admits it, and never more than it has.
    """
    total = min(total, sum(sizes.values()))
    if total < len(sizes):
        largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:total]
        return {name: int(name in largest) for name in sizes}
    rest, population = total - len(sizes), sum(sizes.values()) - len(sizes)
    quotas = {name: (size - 1) * rest / population if population else 0.0 for name, size in sizes.items()}
    shares = {name: 1 + int(quota) for name, quota in quotas.items()}
    by_remainder = sorted(sizes, key=lambda name: (int(quotas[name]) - quotas[name], name))
    for name in by_remainder[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def _stratified(images: Sequence[Candidate], total: int) -> list[Candidate]:
    strata: dict[str, list[Candidate]] = defaultdict(list)
    for image in images:
        strata[image.stratum].append(image)
    shares = allocate({name: len(members) for name, members in strata.items()}, total)
    taken = {image.image_id for name, members in strata.items() for image in members[: shares[name]]}
    return [image for image in images if image.image_id in taken]


def _place(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=16).digest()


def _require_attribute(connection: psycopg.Connection, dataset_id: int, name: str) -> None:
    known = [
        str(key)
        for (key,) in connection.execute(
            "select distinct jsonb_object_keys(attributes) from core.image where dataset_id = %s order by 1",
            [dataset_id],
        )
    ]
    if name not in known:
        raise InputError(f"--stratify {name}: no such grouping; there are {', '.join([*STRATA, *known])}")
