"""What statistics found out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analysis",
        sa.Column("analysis_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="gap, spatial, attractor, comparison, calibration, regression."
        ),
        sa.Column(
            "parameters",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="All that was chosen: measure, level, weights, replicates, ...",
        ),
        sa.Column("seed", sa.Integer(), nullable=False, comment="Seed of every random draw."),
        sa.Column("version", sa.Text(), nullable=False, comment="Version of imageo that computed it."),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["data.dataset.dataset_id"], name=op.f("analysis_dataset_id_fkey")),
        sa.PrimaryKeyConstraint("analysis_id", name=op.f("analysis_pkey")),
        sa.UniqueConstraint(
            "dataset_id", "kind", "parameters", "seed", name=op.f("analysis_dataset_id_kind_parameters_seed_key")
        ),
        schema="data",
        comment="One statistical computation over a dataset; the same again replaces it. Grain: one analysis.",
    )
    op.create_table(
        "estimate",
        sa.Column("estimate_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True, comment="NULL where it is of no single run."),
        sa.Column("other_run_id", sa.Integer(), nullable=True, comment="The run that it is compared with."),
        sa.Column(
            "measure", sa.Text(), nullable=True, comment="What was measured: city_match, accuracy_25km, error_km, ..."
        ),
        sa.Column("denominator", sa.Text(), nullable=True, comment="Who was counted: all, answered, bounded."),
        sa.Column(
            "grouping",
            sa.Text(),
            nullable=True,
            comment="Kind of subject: a level of regions, an attribute, a term, a threshold.",
        ),
        sa.Column(
            "subject", sa.Text(), nullable=True, comment="Code of a region, value of an attribute, name of a term."
        ),
        sa.Column("other_subject", sa.Text(), nullable=True, comment="What the subject is compared with."),
        sa.Column(
            "statistic",
            sa.Text(),
            nullable=False,
            comment="What the number is: rate, difference, ratio, moran_i, odds_ratio, ...",
        ),
        sa.Column("n", sa.BigInteger(), nullable=True, comment="Images, or pairs of them, that it rests on."),
        sa.Column("k", sa.BigInteger(), nullable=True, comment="Hits among them."),
        sa.Column(
            "estimate",
            sa.Double(),
            nullable=True,
            comment="The number; NULL where there is too little data, and `note` says so.",
        ),
        sa.Column("low", sa.Double(), nullable=True, comment="Lower end of its 95 % interval."),
        sa.Column("high", sa.Double(), nullable=True, comment="Upper end of its 95 % interval."),
        sa.Column("p_value", sa.Double(), nullable=True, comment="Of the hypothesis that nothing is there."),
        sa.Column("p_adjusted", sa.Double(), nullable=True, comment="The p value corrected for how many were tested."),
        sa.Column(
            "note",
            sa.Text(),
            nullable=True,
            comment="What a reader must know, in a sentence: too few images, separation, an island.",
        ),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["data.analysis.analysis_id"], name=op.f("estimate_analysis_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["other_run_id"], ["data.run.run_id"], name=op.f("estimate_other_run_id_fkey")),
        sa.ForeignKeyConstraint(["run_id"], ["data.run.run_id"], name=op.f("estimate_run_id_fkey")),
        sa.PrimaryKeyConstraint("estimate_id", name=op.f("estimate_pkey")),
        schema="data",
        comment="One number that a statistic gave. Grain: one estimate.",
    )
    op.create_index(op.f("estimate_analysis_id_idx"), "estimate", ["analysis_id"], unique=False, schema="data")
    op.create_index(op.f("estimate_run_id_idx"), "estimate", ["run_id"], unique=False, schema="data")
