"""Questions under way, and what a call and an answer tell of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("batch_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column(
            "token",
            sa.UUID(),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
            comment="Sent along with the batch, so that it is found again after a crash.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            server_default="prepared",
            nullable=False,
            comment="prepared, submitted, ended (at the provider), collected (results are stored), failed.",
        ),
        sa.Column("n_requests", sa.Integer(), nullable=False),
        sa.Column("input_file", sa.Text(), nullable=True, comment="The provider's name of the uploaded requests."),
        sa.Column(
            "provider_batch",
            sa.Text(),
            nullable=True,
            comment="The provider's name of the batch; NULL until it is known.",
        ),
        sa.Column("error_message", sa.Text(), nullable=True, comment="What the provider said where it failed."),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('prepared', 'submitted', 'ended', 'collected', 'failed')", name=op.f("batch_state_check")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["data.run.run_id"], name=op.f("batch_run_id_fkey")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("batch_pkey")),
        sa.UniqueConstraint("token", name=op.f("batch_token_key")),
        schema="data",
        comment="Questions handed over together at half price. Grain: one batch.",
    )
    op.create_index(op.f("batch_run_id_idx"), "batch", ["run_id"], unique=False, schema="data")
    op.create_table(
        "task",
        sa.Column("image_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.UUID(), nullable=True, comment="The process that asks; NULL where nobody does."),
        sa.Column(
            "leased_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until then nobody else may ask; moved on while the process lives.",
        ),
        sa.Column(
            "reserved_usd",
            sa.Numeric(precision=14, scale=9),
            nullable=True,
            comment="The most that the question under way may cost, US dollars.",
        ),
        sa.Column("batch_id", sa.Integer(), nullable=True, comment="The batch that asks."),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["data.batch.batch_id"], name=op.f("task_batch_id_fkey")),
        sa.ForeignKeyConstraint(["image_id"], ["data.image.image_id"], name=op.f("task_image_id_fkey")),
        sa.ForeignKeyConstraint(["run_id"], ["data.run.run_id"], name=op.f("task_run_id_fkey")),
        sa.PrimaryKeyConstraint("image_id", "run_id", name=op.f("task_pkey")),
        schema="data",
        comment="Questions still without an answer; the row goes when the answer comes. Grain: one image of one run.",
    )
    op.create_index(op.f("task_batch_id_idx"), "task", ["batch_id"], unique=False, schema="data")
    op.create_index(op.f("task_run_id_image_id_idx"), "task", ["run_id", "image_id"], unique=False, schema="data")
    op.add_column(
        "cost",
        sa.Column(
            "is_batch",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Billed at the batch price.",
        ),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column(
            "input_tokens", sa.Integer(), nullable=True, comment="Everything sent, cached and image tokens included."
        ),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column(
            "cached_tokens",
            sa.Integer(),
            nullable=True,
            comment="Sent tokens that were read from the provider's cache.",
        ),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column(
            "cache_write_tokens",
            sa.Integer(),
            nullable=True,
            comment="Sent tokens that were written to the provider's cache.",
        ),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column("image_tokens", sa.Integer(), nullable=True, comment="Sent tokens that are the image, where told."),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column("output_tokens", sa.Integer(), nullable=True, comment="Everything received, reasoning included."),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column(
            "reasoning_tokens",
            sa.Integer(),
            nullable=True,
            comment="Received tokens that are hidden reasoning, where told.",
        ),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column(
            "model_returned",
            sa.Text(),
            nullable=True,
            comment="Model name in the response: the one that the price is for.",
        ),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column("response_id", sa.Text(), nullable=True, comment="The provider's own name of the response."),
        schema="data",
    )
    op.add_column(
        "cost",
        sa.Column(
            "call_key",
            sa.UUID(),
            nullable=True,
            comment="Made by whoever asked: writing a call twice, after a lost connection, changes nothing.",
        ),
        schema="data",
    )
    op.alter_column(
        "cost",
        "price_source",
        existing_type=sa.TEXT(),
        comment="genai-prices, override, none, or the file the figure came with.",
        existing_comment="genai-prices, override, or the file the figure came with.",
        existing_nullable=False,
        schema="data",
    )
    op.add_column(
        "prediction",
        sa.Column(
            "finish_reason",
            sa.Text(),
            nullable=True,
            comment="Why the model stopped, in the provider's word: stop, length, ...",
        ),
        schema="data",
    )
    op.add_column(
        "prediction",
        sa.Column(
            "parser_version",
            sa.SmallInteger(),
            nullable=True,
            comment="Version of imageo's parser that read the raw answer; NULL where it did not.",
        ),
        schema="data",
    )
    op.add_column(
        "prediction",
        sa.Column(
            "answer_key",
            sa.UUID(),
            nullable=True,
            comment="Made by whoever asked: writing an answer twice, after a lost connection, changes nothing.",
        ),
        schema="data",
    )
