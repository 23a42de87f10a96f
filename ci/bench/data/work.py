"""The work: what each library compiles, reads and writes, and the database in which it does so."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PEOPLE = 10_000
COPIED = 100_000
STREAMED = 1_000_000

COLUMNS = ("id", "name", "email", "city", "age", "balance", "active", "created", "score", "note")
COPIED_COLUMNS = ("id", "name", "score")
LOOKED_UP = ("id", "name", "email")

EVERYBODY = f"SELECT {', '.join(COLUMNS)} FROM people"
STREAM = f"SELECT n AS id, 'person ' || n AS name FROM generate_series(1, {STREAMED}) AS n"
EMPTY_COPIED = "TRUNCATE copied"

SCHEMA = f"""
    CREATE TABLE people (
        id integer PRIMARY KEY, name text, email text, city text, age integer,
        balance double precision, active boolean, created timestamptz, score bigint, note text
    );
    INSERT INTO people
        SELECT n, 'person ' || n, 'person' || n || '@example.org', 'city ' || n % 100, n % 90, n * 1.25, n % 2 = 0,
            timestamptz '2026-01-01 00:00Z' + n * interval '1 minute', n * bigint '1000000', 'note ' || n
        FROM generate_series(1, {PEOPLE}) AS n;
    CREATE TABLE copied (id integer, name text, score double precision);
    ANALYZE people
"""
"""PostgreSQL's; ``fill`` makes the part of it that SQLite needs."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the data are: a PostgreSQL address that libpq reads, and a SQLite file."""

    postgres: str
    sqlite: str


def person(id: int) -> dict[str, object]:
    """What a look-up finds."""
    return {"id": id, "name": f"person {id}", "email": f"person{id}@example.org"}


def copied() -> list[tuple[int, str, float]]:
    return [(n, f"person {n}", n * 1.25) for n in range(COPIED)]


def fill(file: Path) -> None:
    """A SQLite file in the journal mode that applications use."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT)")
    rows = ([row["id"], row["name"], row["email"]] for row in map(person, range(1, PEOPLE + 1)))
    connection.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()


Row = Mapping[str, object]
