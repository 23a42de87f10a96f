"""What is timed: each task proves its result, then does the same work again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from .work import COPIED, PEOPLE, Places, Row, copied, person

LOOKUPS = 800
STATEMENTS = 200

Work = Callable[[], object]
Find = Callable[[int], object]
AsyncFind = Callable[[int], Awaitable[object]]
LAST = person(PEOPLE)


@dataclass(frozen=True, slots=True)
class Task:
    """``opened`` gives what does so many ``operations`` at each call."""

    operations: int
    opened: Callable[[Places], AbstractContextManager[Work]]


class WrongResult(Exception):
    """A library did not do the work."""


def expect(found: object, expected: object) -> None:
    if found != expected:
        raise WrongResult(f"{found!r} instead of {expected!r}")


def compiling(compiled: Callable[[int], tuple[str, Sized]], parameters: int) -> Task:
    """Build a statement around a number and compile it; ``compiled`` gives text and parameters."""

    def work() -> None:
        for number in range(STATEMENTS):
            compiled(number)

    @contextmanager
    def opened(places: Places) -> Iterator[Work]:
        text, values = compiled(7)
        expect((text.count("JOIN"), text.count("ORDER BY"), len(values)), (2, 1, parameters))
        yield work

    return Task(STATEMENTS, opened)


def lookups(
    finders: Callable[[Places, int], AbstractContextManager[Sequence[Find]]], workers: int, last: object = LAST
) -> Task:
    """Find rows by primary key in so many threads, each with a function of its own; ``last`` is the last row."""
    share = LOOKUPS // workers

    def many(find: Find) -> None:
        for id in range(1, share + 1):
            find(id)

    @contextmanager
    def opened(places: Places) -> Iterator[Work]:
        with finders(places, workers) as finds:
            for find in finds:
                expect(find(PEOPLE), last)
            if workers == 1:
                yield partial(many, finds[0])
            else:
                with ThreadPoolExecutor(workers) as threads:
                    yield lambda: list(threads.map(many, finds))

    return Task(LOOKUPS, opened)


def async_lookups(
    finders: Callable[[Places, int], AbstractAsyncContextManager[Sequence[AsyncFind]]], workers: int
) -> Task:
    """The same in so many tasks of one event loop."""
    share = LOOKUPS // workers

    async def many(find: AsyncFind) -> None:
        for id in range(1, share + 1):
            await find(id)

    async def last_of(find: AsyncFind) -> object:
        return await find(PEOPLE)

    async def all_of(finds: Sequence[AsyncFind]) -> None:
        await asyncio.gather(*map(many, finds))

    @contextmanager
    def opened(places: Places) -> Iterator[Work]:
        with asyncio.Runner() as runner:
            stack = AsyncExitStack()
            finds = runner.run(stack.enter_async_context(finders(places, workers)))
            try:
                for find in finds:
                    expect(runner.run(last_of(find)), LAST)
                yield lambda: runner.run(all_of(finds))
            finally:
                runner.run(stack.aclose())

    return Task(LOOKUPS, opened)


def fetching(reader: Callable[[Places], AbstractContextManager[Callable[[], Sequence[Row]]]]) -> Task:
    """Read every row of the table, as mappings."""

    @contextmanager
    def opened(places: Places) -> Iterator[Work]:
        with reader(places) as read:
            rows = read()
            expect((len(rows), rows[0]["id"], len(rows[0])), (PEOPLE, 1, 10))
            del rows
            yield read

    return Task(1, opened)


def copying(writer: Callable[[Places], AbstractContextManager[Callable[[Sequence[tuple[object, ...]]], int]]]) -> Task:
    """Empty a table and send it rows with COPY."""

    @contextmanager
    def opened(places: Places) -> Iterator[Work]:
        rows = copied()
        with writer(places) as write:
            expect(write(rows), COPIED)
            yield lambda: write(rows)

    return Task(1, opened)
