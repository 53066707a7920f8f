"""Schemas of the view layers, roles, and who may do what."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LAYERS = ("functions", "core", "match", "metrics", "bias", "bi")


def upgrade() -> None:
    for schema in LAYERS:
        op.execute(f"create schema if not exists {schema}")

    # Roles belong to the whole server: another database of it may have made them, at this very moment.
    for role in ("imageo_writer", "imageo_reader"):
        op.execute(
            f"""
            do $$
            begin
                if not exists (select from pg_catalog.pg_roles where rolname = '{role}') then
                    create role {role} nologin;
                end if;
            exception when duplicate_object or unique_violation then
                null;
            end
            $$
            """
        )
        op.execute(
            f"""
            do $$
            begin
                if not pg_catalog.pg_has_role(current_user, '{role}', 'member') then
                    grant {role} to current_user;
                end if;
            end
            $$
            """
        )

    for schema in LAYERS:
        op.execute(f"grant usage on schema {schema} to imageo_reader, imageo_writer")
        # Views are made anew by every deployment: their grants must come by themselves.
        op.execute(
            f"alter default privileges in schema {schema} grant select on tables to imageo_reader, imageo_writer"
        )
    op.execute("grant usage on schema data to imageo_writer")
    op.execute("grant select, insert, update, delete on all tables in schema data to imageo_writer")
    op.execute("revoke insert, update, delete on data.deployment, data.alembic_version from imageo_writer")
    op.execute(
        "alter default privileges in schema data grant select, insert, update, delete on tables to imageo_writer"
    )
