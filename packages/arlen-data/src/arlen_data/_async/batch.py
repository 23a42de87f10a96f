"""Batches: statements that go to the server together."""

from __future__ import annotations

from arlen_data.parameters import Parameters
from arlen_data.queries import Queries, Query, Runnable
from arlen_data.row import Row


class AsyncBatch:
    """Collects statements; when its block ends they run in one round trip, all or nothing, and ``results`` is filled.

    Attributes:
        results: for each statement in order a list of rows, or the number of rows that it changed.
    """

    __slots__ = ("_queries", "queries", "results")

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.queries: list[Query] = []
        self.results: list[list[Row] | int] = []

    def fetch_all(self, statement: Runnable, parameters: Parameters = ()) -> None:
        """Have the rows of a statement."""
        self.queries.append(self._queries.query(statement, parameters, "query"))

    def execute(self, statement: Runnable, parameters: Parameters = ()) -> None:
        """Have the number of rows that a statement changes."""
        self.queries.append(self._queries.query(statement, parameters, "command"))
