from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from arlen_data import AsyncDatabase, Database, Select, col, in_, select_from
from arlen_data.dialects import syntax_of
from arlen_data.events import Diagnostics
from arlen_data.options import DatabaseOptions
from arlen_data.queries import Queries

from .tasks import LAST, async_lookups, compiling, copying, fetching, lookups
from .work import COPIED_COLUMNS, EMPTY_COPIED, EVERYBODY, LOOKED_UP, Places

BY_ID = "SELECT id, name, email FROM people WHERE id = $1"
OPTIONS = DatabaseOptions()
QUERIES = Queries(syntax_of("postgresql"), OPTIONS, Diagnostics(OPTIONS))

Find = Callable[[int], Any]


def medium(number: int) -> Select:
    return (
        select_from("orders", "o.id", "o.total", "u.name", "c.title", alias="o")
        .join("users", "u", on=("u.id", "=", "o.user_id"))
        .left_join("campaigns", "c", on=("c.id", "=", "o.campaign_id"))
        .where(
            col("o.tenant_id") == number,
            col("o.total") > 100,
            col("u.name").like("a%"),
            in_("o.state", ["paid", "sent"]),
            col("o.deleted").is_null(),
        )
        .order_by("o.created", desc=True)
        .order_by("o.id")
        .limit(20)
        .offset(40)
    )


def compile_cold(number: int) -> tuple[str, tuple[object, ...]]:
    compiled = medium(number).compile("postgresql")
    return compiled.sql, compiled.parameters


def compile_hit(number: int) -> tuple[str, tuple[object, ...]]:
    query = QUERIES.query(medium(number), (), "query")
    return query.plan.sql, query.parameters


@contextmanager
def prepared_finders(places: Places, workers: int) -> Iterator[Sequence[Find]]:
    with Database.open(places.postgres, max_connections=workers) as db:
        yield [lambda id: db.fetch_one(BY_ID, (id,), prepare=True)] * workers


@contextmanager
def direct_finders(places: Places, workers: int) -> Iterator[Sequence[Find]]:
    with Database.open(places.postgres, max_connections=workers) as db:
        yield [lambda id: db.fetch_one(BY_ID, (id,))] * workers


@contextmanager
def built_finders(places: Places, workers: int) -> Iterator[Sequence[Find]]:
    with Database.open(places.postgres, max_connections=workers) as db:
        yield [lambda id: db.fetch_one(select_from("people", *LOOKED_UP).where(col("id") == id))] * workers


@asynccontextmanager
async def async_finders(places: Places, workers: int) -> AsyncIterator[Sequence[Callable[[int], Awaitable[Any]]]]:
    async with AsyncDatabase.open(places.postgres, max_connections=workers) as db:
        yield [lambda id: db.fetch_one(BY_ID, (id,), prepare=True)] * workers


@contextmanager
def sqlite_finders(places: Places, workers: int) -> Iterator[Sequence[Find]]:
    with Database.open(places.sqlite) as db:
        yield [lambda id: db.fetch_one("SELECT id, name, email FROM people WHERE id = ?", (id,), rows_as=tuple)]


@contextmanager
def reader(places: Places) -> Iterator[Callable[[], Sequence[Any]]]:
    with Database.open(places.postgres) as db:
        yield lambda: db.fetch_all(EVERYBODY)


@contextmanager
def writer(places: Places) -> Iterator[Callable[[Sequence[tuple[object, ...]]], int]]:
    with Database.open(places.postgres) as db:

        def write(rows: Sequence[tuple[object, ...]]) -> int:
            db.execute(EMPTY_COPIED)
            return db.copy_in("copied", COPIED_COLUMNS, rows)

        yield write


TASKS = {
    "compile": compiling(compile_cold, 5),
    "compile_hit": compiling(compile_hit, 5),
    "lookup": lookups(prepared_finders, 1),
    "lookup_8": lookups(prepared_finders, 8),
    "lookup_direct": lookups(direct_finders, 1),
    "lookup_built": lookups(built_finders, 1),
    "lookup_built_8": lookups(built_finders, 8),
    "lookup_async": async_lookups(async_finders, 1),
    "lookup_async_8": async_lookups(async_finders, 8),
    "fetch10k": fetching(reader),
    "copy": copying(writer),
    "sqlite_lookup": lookups(sqlite_finders, 1, tuple(LAST.values())),
}
