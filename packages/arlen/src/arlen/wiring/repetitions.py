"""The layer that makes a scope of each request, for the warning about a query for each row of another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from arlen_data.telemetry import RepeatedStatements
from arlen_http import Response
from arlen_mvc.middleware import CallNext, Onion


class RepetitionLayer:
    """Is in no route's way where the limit is 0."""

    __slots__ = ("_limit", "_watch")

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._watch: RepeatedStatements | None = None

    def watch(self) -> RepeatedStatements | None:
        """What has to observe the databases; None where the limit is 0."""
        limit = self._limit()
        if limit and self._watch is None:
            self._watch = RepeatedStatements(limit)
        return self._watch if limit else None

    def for_route(self, route: Any) -> Onion | None:
        """The layer around one route."""
        watch = self.watch()
        if watch is None:
            return None

        async def counted(ctx: Any, call_next: CallNext) -> Response:
            with watch.scope():
                return await call_next(ctx)

        return counted
