"""What is told of every statement that ended, whoever wants to know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from arlen_data.errors import ArlenDataError

logger = logging.getLogger("arlen_data")


@dataclass(frozen=True, slots=True)
class Server:
    """Which database a connection is connected to.

    Attributes:
        system: ``sqlite`` or ``postgresql``.
        namespace: the name of the database; of a SQLite database the name of its file, or ``:memory:``.
        host, port: where the server is; None for SQLite.
    """

    system: str
    namespace: str
    host: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A statement, or several that were sent together, and what came of it. It holds no values.

    Attributes:
        sql: the text; texts that were sent together are joined by ``; ``.
        operation: ``query`` when its rows were wanted, ``command`` otherwise.
        statements: how many there were: more than 1 for ``execute_many`` and ``batch``.
        built: whether it came from the builder.
        prepared: whether it ran as a prepared statement.
        seconds: how long it took; a stream lasts until the end of its block.
        rows: how many rows came back, or were changed; None where that was not counted.
        error: what was raised, or None.
    """

    server: Server
    sql: str
    operation: Literal["query", "command"]
    statements: int = 1
    built: bool = False
    prepared: bool = False
    seconds: float
    rows: int | None = None
    error: ArlenDataError | None = None


Observer: TypeAlias = Callable[[Observation], None]
"""Is called with every observation, in the thread or task of the statement. What it raises is logged once."""


class Observers:
    """Those who want to know. One that fails keeps nothing from the others."""

    __slots__ = ("_broken", "_observers")

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)
        self._broken: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._observers)

    def tell(self, observation: Observation) -> None:
        for number, observer in enumerate(self._observers):
            try:
                observer(observation)
            except Exception:
                if number not in self._broken:
                    logger.exception("an observer of statements failed; queries go on, its further failures are silent")
                self._broken.add(number)
