"""The tables of what statistics found out: written by `imageo.db.estimates`, read through bi.* like everything else."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from imageo.db.schema import metadata

analysis = Table(
    "analysis",
    metadata,
    Column("analysis_id", Integer, Identity(), primary_key=True),
    Column("dataset_id", Integer, ForeignKey("data.dataset.dataset_id"), nullable=False),
    Column("kind", Text, nullable=False, comment="gap, spatial, attractor, comparison, calibration, regression."),
    Column(
        "parameters", JSONB, nullable=False, comment="All that was chosen: measure, level, weights, replicates, ..."
    ),
    Column("seed", Integer, nullable=False, comment="Seed of every random draw."),
    Column("version", Text, nullable=False, comment="Version of imageo that computed it."),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("dataset_id", "kind", "parameters", "seed"),
    comment="One statistical computation over a dataset; the same again replaces it. Grain: one analysis.",
)

estimate = Table(
    "estimate",
    metadata,
    Column("estimate_id", BigInteger, Identity(), primary_key=True),
    Column("analysis_id", Integer, ForeignKey("data.analysis.analysis_id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), comment="NULL where it is of no single run."),
    Column("other_run_id", Integer, ForeignKey("data.run.run_id"), comment="The run that it is compared with."),
    Column("measure", Text, comment="What was measured: city_match, accuracy_25km, error_km, ..."),
    Column("denominator", Text, comment="Who was counted: all, answered, bounded."),
    Column("grouping", Text, comment="Kind of subject: a level of regions, an attribute, a term, a threshold."),
    Column("subject", Text, comment="Code of a region, value of an attribute, name of a term."),
    Column("other_subject", Text, comment="What the subject is compared with."),
    Column(
        "statistic",
        Text,
        nullable=False,
        comment="What the number is: rate, difference, ratio, moran_i, odds_ratio, ...",
    ),
    Column("n", BigInteger, comment="Images, or pairs of them, that it rests on."),
    Column("k", BigInteger, comment="Hits among them."),
    Column("estimate", Double, comment="The number; NULL where there is too little data, and `note` says so."),
    Column("low", Double, comment="Lower end of its 95 % interval."),
    Column("high", Double, comment="Upper end of its 95 % interval."),
    Column("p_value", Double, comment="Of the hypothesis that nothing is there."),
    Column("p_adjusted", Double, comment="The p value corrected for how many were tested."),
    Column("note", Text, comment="What a reader must know, in a sentence: too few images, separation, an island."),
    Index(None, "analysis_id"),
    Index(None, "run_id"),
    comment="One number that a statistic gave. Grain: one estimate.",
)
