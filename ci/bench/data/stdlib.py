from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from .tasks import LAST, lookups
from .work import Places

BY_ID = "SELECT id, name, email FROM people WHERE id = ?"


@contextmanager
def finders(places: Places, workers: int) -> Iterator[Sequence[Callable[[int], Any]]]:
    with closing(sqlite3.connect(places.sqlite, isolation_level=None)) as connection:
        yield [lambda id: connection.execute(BY_ID, (id,)).fetchone()]


TASKS = {"sqlite_lookup": lookups(finders, 1, tuple(LAST.values()))}
