"""The runs that a file brings answers for."""

from dataclasses import dataclass, field

import psycopg

from imageo.ingest.datasets import Dataset
from imageo.query.store.answers import LOCK


@dataclass
class Run:
    """A run, the latest version and digest of each of its answers, and the images that the file has told so far."""

    run_id: int
    label: str
    answers: dict[int, tuple[int, int]]
    lines: dict[int, int] = field(default_factory=dict)
    is_changed: bool = False


@dataclass
class RunBook:
    """Finds or makes the run of each model that a file names, once."""

    connection: psycopg.Connection
    dataset: Dataset
    variant: str
    runs: dict[tuple[str, str], Run] = field(default_factory=dict)

    def run_of(self, provider: str, model: str) -> Run:
        """The run of a model; its answers are locked until the transaction ends."""
        run = self.runs.get((provider, model))
        if run is None:
            run = self.runs[provider, model] = self._open(provider, model)
        return run

    def _open(self, provider: str, model: str) -> Run:
        model_id = self._find_or_make(
            "insert into data.model (provider, name) values (%s, %s) on conflict do nothing returning model_id",
            "select model_id from data.model where provider = %s and name = %s",
            (provider, model),
        )
        run_id = self._find_or_make(
            "insert into data.run (dataset_id, model_id, variant) values (%s, %s, %s)"
            " on conflict do nothing returning run_id",
            "select run_id from data.run where dataset_id = %s and model_id = %s and variant = %s"
            " and prompt_hash = '' and parameters = '{}' and repeat = 1",
            (self.dataset.dataset_id, model_id, self.variant),
        )
        self.connection.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK, run_id])
        label = f"{model} ({self.variant})" if self.variant else model
        return Run(run_id, label, self._answers(run_id))

    def _find_or_make(self, insert: str, select: str, values: tuple[object, ...]) -> int:
        for statement in (select, insert, select):
            row = self.connection.execute(statement.encode(), values).fetchone()
            if row is not None:
                return int(row[0])
        raise AssertionError("a row that could not be inserted must exist")

    def _answers(self, run_id: int) -> dict[int, tuple[int, int]]:
        rows = self.connection.execute(
            "select distinct on (image_id) image_id, version, row_digest from data.prediction where run_id = %s"
            " order by image_id, version desc",
            [run_id],
        )
        return {image_id: (version, digest) for image_id, version, digest in rows}
