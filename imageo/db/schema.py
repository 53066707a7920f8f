"""The tables of schema `data`, their grain in the comments. Views are in `sql/`, changes in `migrations/`.

Keys are fit for a distributed PostgreSQL: the primary keys of the four large tables contain `image_id`, no
unique constraint on them lacks it, and everything else is small enough to be copied to every node.
"""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from imageo.outcome import OUTCOMES

metadata = MetaData(
    schema="data",
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    },
)


def _geometry(kind: str) -> Geometry:
    # Indexes are declared by hand: most of these columns are never searched.
    return Geometry(kind, srid=4326, spatial_index=False)


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


dataset = Table(
    "dataset",
    metadata,
    Column("dataset_id", Integer, Identity(), primary_key=True),
    Column(
        "name",
        Text,
        nullable=False,
        unique=True,
        comment="Short name used on the command line: gss, upc, pcw, yours.",
    ),
    Column("title", Text, comment="Name in full."),
    Column("licence", Text, comment="Licence of the images or labels, as far as known."),
    Column("source", Text, comment="Where the set comes from."),
    _created(),
    comment="A named set of images with known places. Grain: one dataset.",
)

image = Table(
    "image",
    metadata,
    Column("image_id", BigInteger, Identity(), primary_key=True),
    Column("dataset_id", Integer, ForeignKey("data.dataset.dataset_id"), nullable=False),
    Column(
        "image_name",
        Text,
        nullable=False,
        comment="Name in the truth file, without suffix; unique in its dataset.",
    ),
    Column("location", _geometry("POINT"), nullable=False, comment="True place, WGS84."),
    Column("country_label", Text, comment="Country as the truth file gives it."),
    Column("state_label", Text, comment="State, province or prefecture as the truth file gives it."),
    Column("city_label", Text, comment="City as the truth file gives it."),
    Column("street_label", Text, comment="Street as the truth file gives it."),
    Column(
        "attributes",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="Every other column of the truth file.",
    ),
    Column("content_hash", Text, comment="SHA-256 of the image file, once it was seen."),
    Column(
        "row_digest",
        BigInteger,
        nullable=False,
        comment="64-bit digest of the row as read: tells a changed row from a known one.",
    ),
    _created(),
    Index(None, "dataset_id", "image_name"),
    comment="Ground truth. Grain: one image of one dataset.",
)

model = Table(
    "model",
    metadata,
    Column("model_id", Integer, Identity(), primary_key=True),
    Column(
        "provider",
        Text,
        nullable=False,
        comment="Who serves the model: openai, anthropic, gemini, together, simulated, ...",
    ),
    Column("name", Text, nullable=False, comment="Model name as requested."),
    UniqueConstraint("provider", "name"),
    comment="A model at a provider. Grain: one provider and requested name.",
)

run = Table(
    "run",
    metadata,
    Column("run_id", Integer, Identity(), primary_key=True),
    Column("dataset_id", Integer, ForeignKey("data.dataset.dataset_id"), nullable=False),
    Column("model_id", Integer, ForeignKey("data.model.model_id"), nullable=False),
    Column(
        "variant",
        Text,
        nullable=False,
        server_default="",
        comment="What sets the run apart from others of its model, for readers: as published, your label.",
    ),
    Column(
        "prompt_hash",
        Text,
        nullable=False,
        server_default="",
        comment="SHA-256 of the prompt text; empty where it is unknown.",
    ),
    Column("prompt_text", Text),
    Column(
        "parameters",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="Parameters passed to the provider.",
    ),
    Column(
        "repeat",
        SmallInteger,
        nullable=False,
        server_default="1",
        comment="1, 2, ...: the same question asked again.",
    ),
    _created(),
    UniqueConstraint("dataset_id", "model_id", "variant", "prompt_hash", "parameters", "repeat"),
    comment="One model asked over one dataset under one prompt and parameter set. Grain: one run, repeats apart.",
)

prediction = Table(
    "prediction",
    metadata,
    Column("image_id", BigInteger, ForeignKey("data.image.image_id"), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    Column(
        "version",
        SmallInteger,
        primary_key=True,
        server_default="1",
        comment="1, 2, ...: a later answer or a better parse; the highest counts.",
    ),
    Column("outcome", Text, nullable=False, comment="What became of the question: one of a closed list."),
    Column(
        "parse_stage",
        Text,
        comment="How the answer was read: strict, fence, object, repair, prose, published, mapped.",
    ),
    Column("location", _geometry("POINT"), comment="Answered place, WGS84; NULL where there is none."),
    Column(
        "is_placeholder",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="The answer was exactly (0, 0).",
    ),
    Column("country", Text, comment="Country as the model wrote it."),
    Column("state", Text, comment="State as the model wrote it."),
    Column("city", Text, comment="City as the model wrote it."),
    Column("street", Text, comment="Street as the model wrote it."),
    Column("confidence", SmallInteger, comment="The model's own confidence, 1 to 5."),
    Column("environment", Text, comment="Scene in the model's words: indoor, outdoor."),
    Column("scene_type", Text, comment="Scene in the model's words: street, building, ..."),
    Column("setting", Text, comment="Scene in the model's words: urban, rural, ..."),
    Column("reasoning", JSONB, comment="The model's reasons: object of named parts."),
    Column("raw_response", Text, comment="The answer as received."),
    Column("error_message", Text, comment="What the provider said where it failed."),
    Column(
        "model_returned",
        Text,
        comment="Model name in the response; differs where the provider routed elsewhere.",
    ),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer, comment="Output tokens, reasoning included."),
    Column("reasoning_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("image_tokens", Integer),
    Column("latency_ms", Integer, comment="From request to full answer, milliseconds."),
    Column("finish_reason", Text, comment="Why the model stopped, in the provider's word: stop, length, ..."),
    Column(
        "parser_version",
        SmallInteger,
        comment="Version of imageo's parser that read the raw answer; NULL where it did not.",
    ),
    Column(
        "answer_key",
        UUID,
        comment="Made by whoever asked: writing an answer twice, after a lost connection, changes nothing.",
    ),
    Column(
        "attempts",
        SmallInteger,
        nullable=False,
        server_default="1",
        comment="Calls until this answer, retries included.",
    ),
    Column(
        "row_digest",
        BigInteger,
        nullable=False,
        comment="64-bit digest of the row as read: tells a changed row from a known one.",
    ),
    _created(),
    CheckConstraint(f"outcome in ({', '.join(repr(o) for o in OUTCOMES)})", name="outcome"),
    CheckConstraint("(outcome = 'answered') = (location is not null)", name="located"),
    CheckConstraint("confidence between 1 and 5", name="confidence"),
    Index(None, "run_id"),
    comment="Append-only answers. Grain: one version of one (run, image).",
)

cost = Table(
    "cost",
    metadata,
    Column("image_id", BigInteger, ForeignKey("data.image.image_id"), primary_key=True),
    Column("run_id", Integer, ForeignKey("data.run.run_id"), primary_key=True),
    Column("call", SmallInteger, primary_key=True, comment="1, 2, ...: the billed calls for this image."),
    Column("cost_usd", Numeric(14, 9), comment="US dollars; NULL where no price is known, never 0 for that."),
    Column("price", JSONB, comment="Dollars a million tokens by kind, as applied."),
    Column("priced_on", DateTime(timezone=True), comment="Date of the price."),
    Column(
        "price_source",
        Text,
        nullable=False,
        comment="genai-prices, override, none, or the file the figure came with.",
    ),
    Column("is_batch", Boolean, nullable=False, server_default=text("false"), comment="Billed at the batch price."),
    Column("input_tokens", Integer, comment="Everything sent, cached and image tokens included."),
    Column("cached_tokens", Integer, comment="Sent tokens that were read from the provider's cache."),
    Column("cache_write_tokens", Integer, comment="Sent tokens that were written to the provider's cache."),
    Column("image_tokens", Integer, comment="Sent tokens that are the image, where told."),
    Column("output_tokens", Integer, comment="Everything received, reasoning included."),
    Column("reasoning_tokens", Integer, comment="Received tokens that are hidden reasoning, where told."),
    Column("model_returned", Text, comment="Model name in the response: the one that the price is for."),
    Column("response_id", Text, comment="The provider's own name of the response."),
    Column(
        "call_key",
        UUID,
        comment="Made by whoever asked: writing a call twice, after a lost connection, changes nothing.",
    ),
    _created(),
    Index(None, "run_id"),
    comment="Append-only ledger. Grain: one billed call.",
)

region = Table(
    "region",
    metadata,
    Column("region_id", Integer, Identity(), primary_key=True),
    Column(
        "level",
        Text,
        nullable=False,
        comment="continent, country, admin1, us_state, or a level of the user's own.",
    ),
    Column(
        "code",
        Text,
        nullable=False,
        comment="Country: ISO 3166-1 alpha-2. US state: postal code. Admin-1: ISO 3166-2 where it is unique.",
    ),
    Column("name", Text, nullable=False, comment="English short name."),
    Column(
        "parent_code",
        Text,
        comment="Code one level up: country of an admin-1 or US state, continent of a country.",
    ),
    Column(
        "sovereign_code",
        Text,
        comment="Country: code of the sovereign state; its own code where independent.",
    ),
    Column("iso_a3", Text, comment="Country: ISO 3166-1 alpha-3."),
    Column("subregion", Text, comment="Country: UN subregion."),
    Column("income_group", Text, comment="Country: World Bank income group as Natural Earth carries it."),
    Column("population", BigInteger, comment="Inhabitants, as Natural Earth carries it."),
    Column("attributes", JSONB, nullable=False, server_default=text("'{}'")),
    Column("source", Text, nullable=False, comment="Boundary file and version."),
    Column("point_of_view", Text, comment="Whose view of disputed borders the file takes."),
    Column("label_location", _geometry("POINT"), comment="Where a label or symbol stands."),
    Column(
        "geometry",
        _geometry("MULTIPOLYGON"),
        comment="Simplified for drawing, shared borders kept; never used for matching.",
    ),
    UniqueConstraint("level", "code"),
    comment="Regions of the Earth by level. Grain: one region.",
)

region_part = Table(
    "region_part",
    metadata,
    Column("part_id", Integer, Identity(), primary_key=True),
    Column("region_id", Integer, ForeignKey("data.region.region_id", ondelete="CASCADE"), nullable=False),
    Column("level", Text, nullable=False, comment="Level of the region."),
    Column(
        "cell",
        Integer,
        nullable=False,
        comment="The square degree that holds the piece, as functions.degree_cell numbers it.",
    ),
    Column(
        "geometry",
        _geometry("POLYGON"),
        nullable=False,
        comment="A piece of the exact boundary, for matching.",
    ),
    Index(None, "region_id"),
    Index(None, "level", "cell"),
    comment="Boundaries cut along whole degrees, for matching. Grain: one piece of one region.",
)

region_alias = Table(
    "region_alias",
    metadata,
    Column("level", Text, primary_key=True),
    Column(
        "country_code",
        Text,
        primary_key=True,
        server_default="",
        comment="Country within which the name holds; empty for countries.",
    ),
    Column("name_normalised", Text, primary_key=True, comment="As functions.normalise_name gives it."),
    Column("code", Text, nullable=False, comment="Code of the region that the name means."),
    comment="Names of regions in many languages and spellings. Grain: one name within a level and country.",
)

place = Table(
    "place",
    metadata,
    Column("place_id", Integer, primary_key=True, autoincrement=False, comment="GeoNames id."),
    Column("name", Text, nullable=False),
    Column("country_code", Text, nullable=False, comment="ISO 3166-1 alpha-2."),
    Column("admin1_code", Text, comment="GeoNames admin-1 code; the postal code in the US."),
    Column("population", Integer, nullable=False),
    Column("location", _geometry("POINT"), nullable=False),
    comment="Gazetteer of populated places. Grain: one GeoNames place.",
)

place_alias = Table(
    "place_alias",
    metadata,
    Column("name_normalised", Text, primary_key=True, comment="As functions.normalise_name gives it."),
    Column("place_id", Integer, ForeignKey("data.place.place_id", ondelete="CASCADE"), primary_key=True),
    Index(None, "place_id"),
    comment="Names of places. Grain: one name of one place.",
)

ingest = Table(
    "ingest",
    metadata,
    Column("ingest_id", Integer, Identity(), primary_key=True),
    Column("kind", Text, nullable=False, comment="truth, predictions or regions."),
    Column("file_name", Text, nullable=False),
    Column("file_digest", Text, nullable=False, comment="SHA-256 of the file as read."),
    Column("n_new", Integer, nullable=False),
    Column("n_changed", Integer, nullable=False),
    Column("n_unchanged", Integer, nullable=False),
    Column("n_rejected", Integer, nullable=False),
    _created(),
    comment="What was read and when. Grain: one reading of one file.",
)

reject = Table(
    "reject",
    metadata,
    Column("file_name", Text, primary_key=True),
    Column(
        "line",
        Integer,
        primary_key=True,
        comment="Line of the file, or row of a table that has no lines; from 1.",
    ),
    Column("reason", Text, nullable=False),
    Column(
        "raw",
        Text,
        comment="The row as it stands in the file, first 10,000 characters, unreadable bytes escaped.",
    ),
    Column("ingest_id", Integer, ForeignKey("data.ingest.ingest_id"), nullable=False),
    _created(),
    comment="Rows that were not taken. Grain: one row of one file, as of its last reading.",
)

deployment = Table(
    "deployment",
    metadata,
    Column("deployment_id", Integer, Identity(), primary_key=True),
    Column("version", Text, nullable=False, comment="Version of imageo that deployed."),
    Column("digest", Text, nullable=False, comment="SHA-256 over migrations/ and sql/."),
    Column(
        "objects",
        ARRAY(Text),
        nullable=False,
        comment="Views and functions that this deployment made, to be dropped by the next.",
    ),
    _created(),
    comment="What stands in this database. Grain: one deployment.",
)
