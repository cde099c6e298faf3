"""What PostgreSQL and MongoDB do bare: the yardstick of bench_central.py."""

from __future__ import annotations

from typing import Any

import psycopg
import pymongo
from pymongo.write_concern import WriteConcern

_CHOSEN = """WITH chosen AS (SELECT * FROM op_places WHERE store_id = %(store)s AND seq BETWEEN %(first)s AND %(last)s),
    records AS (SELECT record_id, rev, kind FROM op_log JOIN chosen USING (op_id)),
    shown AS (SELECT unnest(ARRAY[left_episode_id, right_episode_id]) AS episode_id FROM turns
        WHERE turn_id IN (SELECT record_id FROM records WHERE kind = 'turn'))"""
_RECORDS = "{0} WHERE {1} IN (SELECT record_id FROM records)"
_ROWS = {
    "op_log": "op_log WHERE op_id IN (SELECT op_id FROM chosen)",
    "op_places": "chosen",
    "evaluators": _RECORDS.format("evaluators", "evaluator_id"),
    "sessions": _RECORDS.format("sessions", "session_id"),
    "battles": _RECORDS.format("battles", "battle_id"),
    "episodes": "episodes WHERE episode_id IN (SELECT episode_id FROM shown)",
    "turns": _RECORDS.format("turns", "turn_id"),
    "votes": _RECORDS.format("votes", "vote_id"),
    "notes": _RECORDS.format("notes", "note_id"),
    "runs": _RECORDS.format("runs", "turn_id"),
    "wanted_episodes": "wanted_episodes WHERE store_id = %(store)s AND episode_id IN (SELECT episode_id FROM shown)",
}
Blocks = list[tuple[str, bytes]]  # a COPY statement, and all that it is to read


class BarePostgres:
    """A database of the same tables as the service's, which gets the rows that the service made, by COPY alone."""

    def __init__(self, service_url: str, bare_url: str, store_id: str) -> None:
        self._service, self._bare = psycopg.connect(service_url, autocommit=True), psycopg.connect(bare_url)
        self._store_id = store_id
        self._bare.execute("INSERT INTO stores (store_id) VALUES (%s) ON CONFLICT DO NOTHING", [store_id])
        self._bare.commit()

    def read(self, first: int, last: int) -> tuple[int, Blocks]:
        """What became of the store's operations of these numbers: how many rows, and as COPY takes them."""
        numbers = {"store": self._store_id, "first": first, "last": last}
        blocks, count = Blocks(), 0
        for table, place in _ROWS.items():
            columns = ", ".join(self._columns(table))
            query = psycopg.ClientCursor(self._service).mogrify(f"{_CHOSEN} SELECT {columns} FROM {place}", numbers)
            with self._service.cursor() as cursor:
                with cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
                    content = b"".join(bytes(part) for part in rows)
                count += cursor.rowcount
            blocks.append((f"COPY {table} ({columns}) FROM STDIN", content))
        return count, blocks

    def write(self, blocks: Blocks) -> None:
        """One COPY a table, all in one transaction."""
        with self._bare.cursor() as cursor:
            for statement, content in blocks:
                if content:
                    with cursor.copy(statement) as copy:
                        copy.write(content)
        self._bare.commit()

    def close(self) -> None:
        self._service.close()
        self._bare.close()

    def _columns(self, table: str) -> list[str]:
        """All but those that the database numbers by itself."""
        found = self._service.execute(
            """SELECT quote_ident(column_name) FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'NO' ORDER BY ordinal_position""",
            [table],
        )
        return [name for (name,) in found]


class BareMongo:
    """A collection of the same indexes as the service's, which gets the documents that the service made."""

    def __init__(self, url: str) -> None:
        self._client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url)
        self._made = self._client["central"]["episodes"]
        durable = WriteConcern(w="majority", j=True)
        self._bare = self._client["bare"].get_collection("episodes", write_concern=durable)
        for index in self._made.list_indexes():
            if index["name"] != "_id_":
                self._bare.create_index(list(index["key"].items()), name=index["name"])

    def read(self, names: list[str]) -> list[dict[str, Any]]:
        """The documents of these episodes."""
        return list(self._made.find({"_id": {"$in": names}}))

    def write(self, documents: list[dict[str, Any]]) -> None:
        """One insert_many, on the disk when this returns."""
        self._bare.insert_many(documents, ordered=False)

    def close(self) -> None:
        self._client.close()
