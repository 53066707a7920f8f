"""From the views of `bi` to a map in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import psycopg

from imageo.errors import InputError
from imageo.render.files import check_place, write_text
from imageo.render.labels import MEASURES
from imageo.render.maps import sources
from imageo.render.maps.choropleth import choropleth
from imageo.render.maps.frames import first_measure
from imageo.render.maps.hexagons import LEVEL as HEX
from imageo.render.maps.thumbnails import Thumbnails, read_thumbnails
from imageo.render.reading.map_examples import Examples, read_examples, read_grouped_examples
from imageo.render.reading.map_patterns import read_patterns
from imageo.render.reading.map_rates import LevelRates, read_level


@dataclass(frozen=True)
class MapSummary:
    """What was drawn: `regions` are all that have a boundary, `regions_with_images` those that have a rate.

    `resolution` is that of hexagons. `examples` are the answers told with their region; `local_statistics` say whether
    a region stands out. `images_missing` have no file in the folder given for `thumbnails`, `images_unreadable` one
    that cannot be shown.
    """

    path: Path
    dataset: str
    level: str
    resolution: int | None
    runs: tuple[str, ...]
    measures: tuple[str, ...]
    regions: int
    regions_with_images: int
    examples: int
    local_statistics: int
    thumbnails: int
    thumbnail_bytes: int
    images_missing: tuple[str, ...]
    images_unreadable: tuple[str, ...]
    bytes: int


def write_map(
    connection: psycopg.Connection,
    path: Path,
    *,
    level: str,
    resolution: int = 2,
    dataset: str | None = None,
    models: Sequence[str] = (),
    measure: str | None = None,
    denominator: str = "all",
    minimum_n: int = 10,
    examples: int | None = None,
    images: Path | None = None,
    drawn_on: date | None = None,
) -> MapSummary:
    """Draw the rates of one dataset at one level, all runs and measures in one HTML file.

    `level`: country, us_state, admin1, or hex with the `resolution` of H3 cells. `dataset` may be left out
    where there is only one. `models`: names of models or runs, none for all. `measure` and `denominator` are what the
    page shows first; without `measure` that is the match of states for `us_state` and the match of countries elsewhere.
    `examples` of each run and region: see `choose_examples`. `images`: a folder, of whose files the page carries
    thumbnails; without it it carries no image. `drawn_on` is printed below the map. The file is written whole or not
    at all. Raises InputError when there is nothing to draw.
    """
    check_html_path(path)
    check_folder(images)
    drawn_from = read_level(connection, level, dataset, models, resolution)
    shapes, rates = drawn_from.shapes, drawn_from.rates
    name = str(rates["dataset"].iloc[0])
    runs = tuple(sorted(rates["run_label"].unique()))
    cell_size = resolution if level == HEX else None
    told = _examples(connection, drawn_from, level, examples)
    shown_first = measure or first_measure(rates, level)
    patterns = read_patterns(
        connection, dataset=name, level=level, runs=runs, resolution=cell_size, measure=shown_first
    )
    pictures = _thumbnails(images, told.rows)
    footer = (
        sources.data_sentence(name, runs),
        sources.COUNTED,
        told.sentence,
        patterns.sentence,
        sources.boundary_sentence(shapes),
        sources.names_sentence(rates),
        sources.version_sentence(connection, drawn_on),
    )
    drawn = choropleth(
        shapes,
        rates,
        title=sources.title(name, level),
        subtitle=sources.subtitle(level),
        provenance=" ".join(filter(None, footer)),
        minimum_n=minimum_n,
        measure=shown_first,
        denominator=denominator,
        examples=None if examples == 0 else told.rows,
        patterns=patterns.rows,
        thumbnails=pictures.pictures,
        backdrop=drawn_from.backdrop,
    )
    write_text(path, drawn.get_root().render())
    return MapSummary(
        path=path,
        dataset=name,
        level=level,
        resolution=cell_size,
        runs=runs,
        measures=tuple(known for known in MEASURES if (rates["measure"] == known).any()),
        regions=len(shapes),
        regions_with_images=int(shapes["region_code"].isin(rates["region_code"]).sum()),
        examples=len(told.rows),
        local_statistics=len(patterns.rows),
        thumbnails=len(pictures.pictures),
        thumbnail_bytes=pictures.n_bytes,
        images_missing=pictures.missing,
        images_unreadable=pictures.unreadable,
        bytes=path.stat().st_size,
    )


def check_html_path(path: Path) -> None:
    """Raise InputError where no page can be written, before anything is read for it."""
    check_place(path, "map.html")
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{path}: a map is .html, not {path.suffix or 'a file without suffix'}")


def check_folder(images: Path | None) -> None:
    """Raise InputError where there is no folder of images, before anything is read for it."""
    if images is not None and not images.is_dir():
        raise InputError(f"{images}: no such folder; --images takes the folder that holds the image files")


def _examples(connection: psycopg.Connection, drawn_from: LevelRates, level: str, each: int | None) -> Examples:
    rates, answers, cell = drawn_from.rates, drawn_from.answers, drawn_from.cells
    if answers is not None and cell is not None:
        return read_grouped_examples(connection, rates, answers, cell, each=each)
    return read_examples(connection, rates, level=level, each=each)


def _thumbnails(folder: Path | None, examples: pd.DataFrame) -> Thumbnails:
    if folder is None or examples.empty:
        return Thumbnails({}, (), ())
    shown = examples.drop_duplicates("image_id").sort_values("image_id")
    return read_thumbnails(folder, dict(zip(shown["image_id"].tolist(), shown["image_name"], strict=True)))
