"""Small made worlds: a few images and answers, written out, scored by the views."""

from dataclasses import dataclass
from typing import Any

import psycopg

from imageo.db.refresh import refresh_images, refresh_runs


@dataclass
class World:
    """One dataset in a database; images and runs are added by name."""

    connection: psycopg.Connection
    dataset_id: int

    @classmethod
    def make(cls, connection: psycopg.Connection, name: str = "world") -> "World":
        row = connection.execute("insert into data.dataset (name) values (%s) returning dataset_id", [name]).fetchone()
        assert row
        return cls(connection, row[0])

    def image(self, name: str, latitude: float, longitude: float, **labels: str) -> int:
        return self._insert(
            "image",
            "image_id",
            {"dataset_id": self.dataset_id, "image_name": name, "row_digest": 0}
            | {f"{key}_label": value for key, value in labels.items()},
            (latitude, longitude),
        )

    def run(self, model: str, **values: Any) -> int:
        find = "select model_id from data.model where provider = 'test' and name = %s"
        known = self.connection.execute(find.encode(), [model]).fetchone()
        model_id = known[0] if known else self._insert("model", "model_id", {"provider": "test", "name": model})
        return self._insert("run", "run_id", {"dataset_id": self.dataset_id, "model_id": model_id} | values)

    def answer(
        self, run_id: int, image_id: int, latitude: float | None = None, longitude: float | None = None, **values: Any
    ) -> None:
        point = None if latitude is None or longitude is None else (latitude, longitude)
        outcome = "answered" if point else "no_coordinates"
        self._insert(
            "prediction",
            "image_id",
            {"run_id": run_id, "image_id": image_id, "outcome": outcome, "row_digest": 0} | values,
            point,
        )

    def score(self, *run_ids: int) -> None:
        refresh_images(self.connection, self.dataset_id)
        refresh_runs(self.connection, run_ids)

    def one(self, view: str, columns: str, **where: Any) -> tuple[Any, ...]:
        """The only row of a view."""
        conditions = " and ".join(f"{name} = %({name})s" for name in where) or "true"
        rows = self.connection.execute(f"select {columns} from {view} where {conditions}".encode(), where).fetchall()
        assert len(rows) == 1, rows
        return rows[0]

    def _insert(self, table: str, key: str, values: dict[str, Any], point: tuple[float, float] | None = None) -> int:
        names, slots = list(values), [f"%({name})s" for name in values]
        if point:
            names, slots = [*names, "location"], [*slots, f"st_setsrid(st_makepoint({point[1]}, {point[0]}), 4326)"]
        query = f"insert into data.{table} ({', '.join(names)}) values ({', '.join(slots)}) returning {key}"
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row
        return int(row[0])
