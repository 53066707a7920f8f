"""From what a user typed to what is to be asked: all checks, nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from imageo.errors import InputError
from imageo.query.images.files import find_images
from imageo.query.images.prepare import ImageOptions
from imageo.query.prompt import Prompt, load_prompt
from imageo.query.providers.baseline import BASELINES
from imageo.query.providers.names import LOCAL, ModelName, resolve
from imageo.query.questions import Asking
from imageo.query.runs import RunKey
from imageo.query.selection import Candidate, Selection, read_candidates, select

DEFAULT_MAX_OUTPUT_TOKENS = 16_384
"""Room for hidden reasoning: o3 used up to 8,896 tokens an answer on PCW."""

SEEDED = ("prior",)
SIGHTLESS = ("prior", "centre")
"""Baselines that look at no image."""


@dataclass(frozen=True)
class Options:
    """What the command line says; None where it says nothing."""

    model: str
    dataset: str | None = None
    images: Path | None = None
    provider: str | None = None
    base_url: str | None = None
    prompt: Path | None = None
    label: str = ""
    temperature: float | None = None
    reasoning_effort: str | None = None
    max_output_tokens: int | None = None
    is_structured: bool = True
    extra: Mapping[str, object] = field(default_factory=dict)
    image: ImageOptions = field(default_factory=ImageOptions)
    selection: Selection = field(default_factory=Selection)
    seed: int = 0


@dataclass(frozen=True)
class Plan:
    """What is to be asked of whom. `paths` has the file of each chosen image; `n_without_file` had none."""

    model: ModelName
    dataset_id: int
    dataset: str
    asking: Asking
    prompt: Prompt | None
    options: Options
    chosen: tuple[Candidate, ...]
    paths: Mapping[int, Path]
    n_without_file: int
    n_unused_files: int

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves the machine and nothing is paid."""
        return self.model.provider in LOCAL

    @property
    def image_detail(self) -> str | None:
        """How closely the model is to look, in the provider's word; None where it is left to the provider."""
        given = [self.options.extra.get(name) for name in ("detail", "media_resolution", "mediaResolution")]
        return next((value for value in given if isinstance(value, str)), None)

    def run_key(self, repeat: int) -> RunKey:
        """The run that these questions belong to."""
        return RunKey(
            self.dataset_id,
            self.model.provider,
            # On the leaderboard it stands among models: `prior` alone would say little.
            f"baseline:{self.model.name}" if self.model.provider == "baseline" else self.model.name,
            self.options.label,
            self.prompt,
            _parameters(self),
            repeat,
        )


def make_plan(connection: psycopg.Connection, options: Options) -> Plan:
    """Resolve and check everything. Raises InputError with the remedy."""
    model = resolve(options.model, options.provider, options.base_url)
    if model.provider == "baseline" and model.name not in BASELINES:
        told = ", ".join(f"baseline:{name}" for name in BASELINES)
        raise InputError(f"no baseline {model.name!r}; the baselines are {told}")
    is_local = model.provider in LOCAL
    if is_local:
        _refuse_for_local(options)
    prompt = None if is_local else load_prompt(options.prompt)
    dataset_id, dataset = _dataset(connection, options.dataset)
    candidates = read_candidates(connection, dataset_id, options.selection.stratify)
    paths: dict[int, Path] = {}
    n_unused = 0
    if options.images is not None:
        found = find_images(options.images, [image.name for image in candidates])
        ids = {image.name: image.image_id for image in candidates}
        paths = {ids[name]: path for name, path in found.paths.items()}
        n_unused = len(found.extra)
    elif not _is_sightless(model):
        raise InputError("--images is missing: name the folder that holds the images")
    n_without_file = 0
    if options.images is not None:
        n_without_file = sum(image.image_id not in paths for image in candidates)
        candidates = [image for image in candidates if image.image_id in paths]
    chosen = tuple(select(candidates, options.selection))
    if not chosen:
        raise InputError(
            f"dataset {dataset} has no image; read some with `imageo ingest truth FILE --dataset {dataset}`"
        )
    paths = {image.image_id: paths[image.image_id] for image in chosen if image.image_id in paths}
    asking = Asking(
        model=model.name,
        prompt=prompt.text if prompt else "",
        is_structured=options.is_structured,
        temperature=options.temperature,
        reasoning_effort=options.reasoning_effort,
        max_output_tokens=options.max_output_tokens or DEFAULT_MAX_OUTPUT_TOKENS,
        extra=options.extra,
    )
    return Plan(model, dataset_id, dataset, asking, prompt, options, chosen, paths, n_without_file, n_unused)


def _is_sightless(model: ModelName) -> bool:
    return model.provider == "baseline" and model.name in SIGHTLESS


def _parameters(plan: Plan) -> dict[str, object]:
    """All that may change an answer, and only what was said: a later default does not make another run of it."""
    options = plan.options
    if plan.is_local:
        return {"seed": options.seed} if plan.model.name in SEEDED else {}
    said: dict[str, object] = {
        "temperature": options.temperature,
        "reasoning_effort": options.reasoning_effort,
        "max_output_tokens": options.max_output_tokens,
        "max_side": options.image.max_side,
        "quality": options.image.quality if options.image.quality != ImageOptions().quality else None,
        "structured": None if options.is_structured else False,
        "base_url": options.base_url,
    }
    parameters = {name: value for name, value in said.items() if value is not None}
    return parameters | ({"extra": dict(options.extra)} if options.extra else {})


def _refuse_for_local(options: Options) -> None:
    given = {
        "--prompt": options.prompt,
        "--base-url": options.base_url,
        "--temperature": options.temperature,
        "--reasoning-effort": options.reasoning_effort,
        "--max-output-tokens": options.max_output_tokens,
        "--param": options.extra or None,
    }
    names = [name for name, value in given.items() if value is not None]
    if names:
        raise InputError(
            f"{options.model} takes no {', '.join(names)}; leave {'it' if len(names) == 1 else 'them'} out"
        )


def _dataset(connection: psycopg.Connection, name: str | None) -> tuple[int, str]:
    known = connection.execute("select dataset_id, name from data.dataset order by name").fetchall()
    if not known:
        raise InputError("there is no ground truth yet; read it with `imageo ingest truth FILE --dataset NAME`")
    names = ", ".join(row[1] for row in known)
    if name is None and len(known) > 1:
        raise InputError(f"--dataset is missing; the datasets are {names}")
    found = next((row for row in known if name in (None, row[1])), None)
    if found is None:
        raise InputError(f"no dataset {name!r}; the datasets are {names}")
    return int(found[0]), str(found[1])
