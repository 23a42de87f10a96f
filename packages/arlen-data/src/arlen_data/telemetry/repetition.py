"""Statements that run again and again where one would do: a query for each row of another one."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from arlen_data.errors import InvalidArgumentError
from arlen_data.sql.lexer import scan

from .observation import Observation

logger = logging.getLogger("arlen_data")

_PASSED_OVER = frozenset({"arlen_data", "contextlib", "asyncio"})


@dataclass(frozen=True, slots=True)
class Repetition:
    """A statement that ran too often.

    Attributes:
        sql: its text, with ``?`` for literals.
        times: how often it had run when it was noticed.
        place: the file, line and function that ran it last.
    """

    sql: str
    times: int
    place: str


class RepeatedStatements:
    """An observer for development: it says when one statement runs more than ``limit`` times within a scope.

    A scope is what belongs together, such as a request. Statements outside of scopes are not counted. Each statement is
    reported once in a scope, by default as a warning of the logger ``arlen_data``.

    Raises:
        InvalidArgumentError: code ``invalid_option`` for a limit below 1.
    """

    __slots__ = ("_counts", "_limit", "_report")

    def __init__(self, limit: int = 10, *, report: Callable[[Repetition], None] | None = None) -> None:
        if limit < 1:
            raise InvalidArgumentError(
                f"limit is 1 or more, not {limit!r}", code="invalid_option", details={"option": "limit", "value": limit}
            )
        self._limit = limit
        self._report = report or _log
        self._counts: ContextVar[Counter[str] | None] = ContextVar("arlen_data_repetitions", default=None)

    @contextmanager
    def scope(self) -> Iterator[None]:
        """A block that is a scope, the tasks that it starts included."""
        token = self._counts.set(Counter())
        try:
            yield
        finally:
            self._counts.reset(token)

    def __call__(self, observation: Observation) -> None:
        counts = self._counts.get()
        if counts is None:
            return
        sql = _without_literals(observation.sql)
        counts[sql] += 1
        if counts[sql] == self._limit + 1:
            self._report(Repetition(sql, counts[sql], _calling_place()))


@lru_cache(1024)
def _without_literals(sql: str) -> str:
    return "".join(["?" if kind == "literal" or text[0].isdigit() else text for kind, text in scan(sql)])


def _calling_place() -> str:
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _PASSED_OVER:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"


def _log(repetition: Repetition) -> None:
    logger.warning(
        "one statement ran %d times at %s; fetch what it needs at once, with a join or IN (...): %s",
        repetition.times,
        repetition.place,
        repetition.sql,
    )
