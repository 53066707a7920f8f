"""The tables of questions under way: what is still to be asked, by whom, and in which batch."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from imageo.db.schema import metadata

BATCH_STATES = ("prepared", "submitted", "ended", "collected", "failed")

batch = Table(
    "batch",
    metadata,
    Column("batch_id", Integer, Identity(), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), nullable=False),
    Column(
        "token",
        UUID,
        nullable=False,
        unique=True,
        server_default=text("gen_random_uuid()"),
        comment="Sent along with the batch, so that it is found again after a crash.",
    ),
    Column(
        "state",
        Text,
        nullable=False,
        server_default="prepared",
        comment="prepared, submitted, ended (at the provider), collected (results are stored), failed.",
    ),
    Column("n_requests", Integer, nullable=False),
    Column("input_file", Text, comment="The provider's name of the uploaded requests."),
    Column("provider_batch", Text, comment="The provider's name of the batch; NULL until it is known."),
    Column("error_message", Text, comment="What the provider said where it failed."),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("submitted_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("collected_at", DateTime(timezone=True)),
    CheckConstraint(f"state in ({', '.join(repr(state) for state in BATCH_STATES)})", name="state"),
    Index(None, "run_id"),
    comment="Questions handed over together at half price. Grain: one batch.",
)

task = Table(
    "task",
    metadata,
    Column("image_id", BigInteger, ForeignKey("data.image.image_id"), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    Column("leased_by", UUID, comment="The process that asks; NULL where nobody does."),
    Column(
        "leased_until",
        DateTime(timezone=True),
        comment="Until then nobody else may ask; moved on while the process lives.",
    ),
    Column("reserved_usd", Numeric(14, 9), comment="The most that the question under way may cost, US dollars."),
    Column("batch_id", Integer, ForeignKey("data.batch.batch_id"), comment="The batch that asks."),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index(None, "run_id", "image_id"),
    Index(None, "batch_id"),
    comment="Questions still without an answer; the row goes when the answer comes. Grain: one image of one run.",
)
