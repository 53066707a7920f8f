"""What the baselines know, read from the database."""

import numpy as np
import psycopg

from imageo.errors import InputError
from imageo.query.providers import Provider
from imageo.query.providers.baseline import BASELINES, Centre, Exif, Places, Prior
from imageo.query.spherical_median import spherical_median

_PLACES = """
    select
        place.population,
        st_y(place.location) as latitude,
        st_x(place.location) as longitude,
        place.name as city,
        state.name as state,
        country.name as country
    from core.place as place
    inner join core.region as country on country.level = 'country' and country.code = place.country_code
    left join core.region as state
        on state.level = 'us_state' and country.code = 'US' and state.code = place.admin1_code
    where place.population > 0
    order by place.place_id
"""

_TRUTH = "select latitude, longitude from core.image where dataset_id = %s order by image_id"


def make_baseline(name: str, connection: psycopg.Connection, dataset_id: int, seed: int, repeat: int) -> Provider:
    """The baseline of that name. Raises InputError where there is none, or where the database holds nothing for it."""
    if name == "prior":
        return Prior(read_places(connection), seed, repeat)
    if name == "centre":
        return Centre(spherical_median(*read_truth(connection, dataset_id)))
    if name == "exif":
        return Exif()
    raise InputError(f"no baseline {name!r}; the baselines are {', '.join(f'baseline:{each}' for each in BASELINES)}")


def read_places(connection: psycopg.Connection) -> Places:
    """The inhabited places of the gazetteer; states of the US only, as only those are matched by name."""
    rows = connection.execute(_PLACES).fetchall()
    if not rows:
        raise InputError("the gazetteer is empty; load it with `imageo ingest regions`")
    population, latitude, longitude, city, state, country = zip(*rows, strict=True)
    return Places(np.array(population), np.array(latitude), np.array(longitude), city, state, country)


def read_truth(connection: psycopg.Connection, dataset_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes of the images of a dataset, degrees."""
    rows = connection.execute(_TRUTH, [dataset_id]).fetchall()
    if not rows:
        raise InputError("the dataset has no image; read its ground truth with `imageo ingest truth`")
    points = np.array(rows, dtype=float)
    return points[:, 0], points[:, 1]
