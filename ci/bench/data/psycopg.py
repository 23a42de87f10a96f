from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from .tasks import async_lookups, copying, fetching, lookups
from .work import COPIED_COLUMNS, EMPTY_COPIED, EVERYBODY, Places

BY_ID = "SELECT id, name, email FROM people WHERE id = %s"

Find = Callable[[int], Any]


def connected(places: Places) -> psycopg.Connection[dict[str, Any]]:
    return psycopg.connect(places.postgres, autocommit=True, row_factory=dict_row)


@contextmanager
def finders(places: Places, workers: int) -> Iterator[Sequence[Find]]:
    """psycopg's own policy: what runs for the sixth time is prepared."""
    with ExitStack() as stack:
        yield [finder(stack.enter_context(connected(places)), None) for _ in range(workers)]


@contextmanager
def direct_finders(places: Places, workers: int) -> Iterator[Sequence[Find]]:
    with ExitStack() as stack:
        yield [finder(stack.enter_context(connected(places)), False) for _ in range(workers)]


def finder(connection: psycopg.Connection[dict[str, Any]], prepare: bool | None) -> Find:
    return lambda id: connection.execute(BY_ID, (id,), prepare=prepare).fetchone()


@asynccontextmanager
async def async_finders(places: Places, workers: int) -> AsyncIterator[Sequence[Callable[[int], Awaitable[Any]]]]:
    async with AsyncExitStack() as stack:
        connecting = psycopg.AsyncConnection.connect
        yield [
            async_finder(
                await stack.enter_async_context(
                    await connecting(places.postgres, autocommit=True, row_factory=dict_row)
                )
            )
            for _ in range(workers)
        ]


def async_finder(connection: psycopg.AsyncConnection[dict[str, Any]]) -> Callable[[int], Awaitable[Any]]:
    async def find(id: int) -> Any:
        cursor = await connection.execute(BY_ID, (id,))
        return await cursor.fetchone()

    return find


@contextmanager
def reader(places: Places) -> Iterator[Callable[[], Sequence[Any]]]:
    with connected(places) as connection:
        yield lambda: connection.execute(EVERYBODY).fetchall()


@contextmanager
def writer(places: Places) -> Iterator[Callable[[Sequence[tuple[object, ...]]], int]]:
    with connected(places) as connection:

        def write(rows: Sequence[tuple[object, ...]]) -> int:
            connection.execute(EMPTY_COPIED)
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY copied ({', '.join(COPIED_COLUMNS)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                return cursor.rowcount

        yield write


TASKS = {
    "lookup": lookups(finders, 1),
    "lookup_8": lookups(finders, 8),
    "lookup_direct": lookups(direct_finders, 1),
    "lookup_async": async_lookups(async_finders, 1),
    "lookup_async_8": async_lookups(async_finders, 8),
    "fetch10k": fetching(reader),
    "copy": copying(writer),
}
