"""The caches of schema `data`: each is filled from its view by `imageo.db.refresh` and read through another view.

The meaning and unit of a column stand in the view that defines it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from imageo.db.schema import metadata

image_place = Table(
    "image_place",
    metadata,
    Column("image_id", BigInteger, ForeignKey("data.image.image_id"), primary_key=True),
    Column("dataset_id", Integer, ForeignKey("data.dataset.dataset_id"), nullable=False),
    Column("country_label_iso", Text, comment="ISO code that the label means."),
    Column("country_place_iso", Text, comment="ISO code of the country that the point lies in."),
    Column("admin1_place_code", Text, comment="Admin-1 region that the point lies in."),
    Column("state_label_code", Text, comment="Postal code that the label means, US only."),
    Column("state_place_code", Text, comment="Postal code of the US state that the point lies in."),
    Column("city_place_id", Integer, comment="GeoNames id of the place that the city label means."),
    comment="Cache of core.image_place_live. Grain: one image.",
)

prediction_place = Table(
    "prediction_place",
    metadata,
    Column("image_id", BigInteger, ForeignKey("data.image.image_id"), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    Column("country_iso", Text),
    Column("admin1_code", Text),
    Column("state_code", Text),
    Index(None, "run_id"),
    comment="Cache of match.prediction_place_live. Grain: one (image_id, run_id) that has a point.",
)

score = Table(
    "score",
    metadata,
    Column(
        "score_id",
        BigInteger,
        Identity(),
        nullable=False,
        comment="Unique integer key for QGIS and the like.",
    ),
    Column("image_id", BigInteger, ForeignKey("data.image.image_id"), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    Column("version", SmallInteger, nullable=False),
    *(
        Column(name, Boolean)
        for name in ("is_answered", "is_located", "is_country_named", "is_state_named", "is_city_named")
    ),
    Column("confidence", SmallInteger),
    Column("error_km", Double),
    Column("error_haversine_km", Double),
    *(
        Column(name, Boolean)
        for name in (
            "is_country_match_strict",
            "is_country_match",
            "is_country_match_place",
            "is_state_match_strict",
            "is_state_match",
            "is_state_match_place",
            "is_city_match_strict",
            "is_city_match_normalised",
            "is_city_match",
            "is_city_match_locality",
        )
    ),
    Column("country_name_iso", Text),
    Column("country_place_iso", Text),
    Column("is_contradictory", Boolean),
    Index(None, "run_id"),
    comment="Cache of metrics.prediction_score_live. Grain: one (image_id, run_id).",
)

run_score = Table(
    "run_score",
    metadata,
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    *(
        Column(name, BigInteger)
        for name in ("n_images", "n_missing", "n_answered", "n_located", "n_city", "n_city_answered")
    ),
    *(
        Column(name, Double)
        for name in (
            "city_match_strict_answered",
            "city_match_answered",
            "city_match_all",
            "city_match_locality_all",
        )
    ),
    Column("n_state", BigInteger),
    Column("n_state_answered", BigInteger),
    *(
        Column(name, Double)
        for name in (
            "state_match_strict_answered",
            "state_match_answered",
            "state_match_all",
            "state_match_place_answered",
            "state_match_place_all",
        )
    ),
    Column("n_country", BigInteger),
    Column("n_country_answered", BigInteger),
    *(
        Column(name, Double)
        for name in (
            "country_match_strict_answered",
            "country_match_answered",
            "country_match_all",
            "country_match_place_answered",
            "country_match_place_all",
            "contradiction_rate_answered",
            "accuracy_1km_answered",
            "accuracy_25km_answered",
            "accuracy_200km_answered",
            "accuracy_750km_answered",
            "accuracy_2500km_answered",
            "accuracy_1km_all",
            "accuracy_25km_all",
            "accuracy_200km_all",
            "accuracy_750km_all",
            "accuracy_2500km_all",
            "geoscore_mean_answered",
            "geoscore_mean_all",
            "error_km_mean_answered",
            "error_km_median_answered",
            "error_km_p90_answered",
            "error_km_mean_bounded",
            "error_km_median_bounded",
            "error_km_p90_bounded",
            "error_haversine_km_mean_answered",
            "error_haversine_km_median_answered",
        )
    ),
    *(Column(name, BigInteger) for name in ("input_tokens", "output_tokens", "tokens_total")),
    Column("cost_usd", Double),
    Column("n_unpriced_calls", BigInteger),
    comment="Cache of metrics.run_score_live. Grain: one run_id.",
)

region_score = Table(
    "region_score",
    metadata,
    Column("rate_id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), nullable=False),
    Column("level", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("measure", Text, nullable=False),
    *(Column(name, BigInteger) for name in ("n_all", "n_answered", "n_correct")),
    *(
        Column(name, Double)
        for name in (
            "rate_all",
            "wilson_lower_all",
            "wilson_upper_all",
            "shrunk_rate_all",
            "rate_answered",
            "wilson_lower_answered",
            "wilson_upper_answered",
            "shrunk_rate_answered",
            "error_km_median_answered",
            "error_km_median_bounded",
        )
    ),
    UniqueConstraint("run_id", "level", "region_code", "measure"),
    Index(None, "level", "run_id"),
    comment="Cache of bias.region_score_live. Grain: one (run_id, level, region_code, measure).",
)

region_gap = Table(
    "region_gap",
    metadata,
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    Column("level", Text, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("minimum_n", Integer),
    Column("n_regions", BigInteger),
    Column("n_regions_too_few", BigInteger),
    Column("best_region_code", Text),
    Column("best_n", BigInteger),
    Column("best_rate_all", Double),
    Column("worst_region_code", Text),
    Column("worst_n", BigInteger),
    *(Column(name, Double) for name in ("worst_rate_all", "gap_all", "gap_shrunk_all", "ratio_all")),
    comment="Cache of bias.region_gap_live. Grain: one (run_id, level, measure).",
)

confidence_score = Table(
    "confidence_score",
    metadata,
    Column("reliability_id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), nullable=False),
    Column("confidence", SmallInteger, nullable=False),
    *(
        Column(name, BigInteger)
        for name in ("n_answered", "n_located", "n_country", "n_correct_country", "n_correct_25km")
    ),
    *(
        Column(name, Double)
        for name in (
            "accuracy_25km",
            "wilson_lower_25km",
            "wilson_upper_25km",
            "country_match",
            "error_km_median",
        )
    ),
    UniqueConstraint("run_id", "confidence"),
    comment="Cache of bias.confidence_reliability_live. Grain: one (run_id, confidence).",
)
