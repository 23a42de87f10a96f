# Written by ci/unasync.py from _async/statements.py: edit that file and run `python -m ci.unasync`.
"""The methods by which statements are run: the same on a database and on one of its connections."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, overload

from arlen_data.errors import InvalidArgumentError
from arlen_data.parameters import Parameters
from arlen_data.queries import Queries, Query, Runnable
from arlen_data.row import Row
from arlen_data.rows import Result, all_rows, first_row, only_row
from arlen_data.script import SQLScript
from arlen_data.sql.refusals import TooManyParameters

T = TypeVar("T")


class Statements(ABC):
    """Runs SQL and built statements.

    ``statement`` is SQL with ``$1``, ``$2`` for its values (SQLite knows ``?`` and ``:name`` too), or a statement of
    the builder, which holds its values. ``rows_as`` says what a row becomes: ``Row`` (a dict with attributes),
    ``dict``, ``tuple``, a named tuple or dataclass with the columns as fields, or any function of a ``Row``.
    ``prepare=True`` keeps the statement prepared on the server, ``time_limit`` stops it after so many seconds.
    An INSERT of more rows than one statement takes is run in parts by ``execute`` and ``fetch_all``, all or nothing.

    Every method raises:
        QueryFailed: the database refused; or ``no_result_set``, when rows are wanted of a statement that has none.
        InvalidArgumentError: the SQL or its parameters cannot be sent.
        ConnectionFailed: the database cannot be reached, or is closed.
        PoolExhausted: no connection became free in time.
        TransactionFailed: code ``turn_timeout`` or ``transaction_control``.
    """

    __slots__ = ()

    _queries: Queries

    @abstractmethod
    def _fetch(self, query: Query, limit: int | None) -> Result: ...

    @abstractmethod
    def _execute(self, query: Query) -> int: ...

    @abstractmethod
    def _execute_many(self, query: Query, rows: list[Any]) -> int: ...

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Statements]:
        """Everything in the block happens, or nothing does."""

    @abstractmethod
    def execute_script(self, script: SQLScript) -> None:
        """Run every statement of a script, all or nothing; ``details["line"]`` of an error is where it happened."""

    @overload
    def fetch_all(
        self,
        statement: Runnable,
        parameters: Parameters = ...,
        *,
        prepare: bool | None = ...,
        time_limit: float | None = ...,
    ) -> list[Row]: ...

    @overload
    def fetch_all(
        self,
        statement: Runnable,
        parameters: Parameters = ...,
        *,
        rows_as: Callable[..., T],
        prepare: bool | None = ...,
        time_limit: float | None = ...,
    ) -> list[T]: ...

    def fetch_all(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        rows_as: Callable[..., Any] = Row,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """Every row of the result."""
        try:
            query = self._queries.query(statement, parameters, "query", prepare, time_limit)
        except TooManyParameters:
            parts = self._queries.parts(statement, "query", prepare, time_limit)
            with self.transaction() as connection:
                results = [(connection._fetch(part, None), part.plan.sql) for part in parts]
            return [row for result, sql in results for row in all_rows(result, rows_as, sql)]
        return all_rows(self._fetch(query, None), rows_as, query.plan.sql)

    @overload
    def fetch_one(
        self,
        statement: Runnable,
        parameters: Parameters = ...,
        *,
        prepare: bool | None = ...,
        time_limit: float | None = ...,
    ) -> Row | None: ...

    @overload
    def fetch_one(
        self,
        statement: Runnable,
        parameters: Parameters = ...,
        *,
        rows_as: Callable[..., T],
        prepare: bool | None = ...,
        time_limit: float | None = ...,
    ) -> T | None: ...

    def fetch_one(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        rows_as: Callable[..., Any] = Row,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """The first row, or None when there is none."""
        query = self._queries.query(statement, parameters, "query", prepare, time_limit)
        return first_row(self._fetch(query, 1), rows_as, query.plan.sql)

    @overload
    def fetch_exactly_one(
        self,
        statement: Runnable,
        parameters: Parameters = ...,
        *,
        prepare: bool | None = ...,
        time_limit: float | None = ...,
    ) -> Row: ...

    @overload
    def fetch_exactly_one(
        self,
        statement: Runnable,
        parameters: Parameters = ...,
        *,
        rows_as: Callable[..., T],
        prepare: bool | None = ...,
        time_limit: float | None = ...,
    ) -> T: ...

    def fetch_exactly_one(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        rows_as: Callable[..., Any] = Row,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """The one row of the result.

        Raises:
            NoRows: there is none.
            TooManyRows: there are more.
        """
        query = self._queries.query(statement, parameters, "query", prepare, time_limit)
        return only_row(self._fetch(query, 2), rows_as, query.plan.sql)

    def fetch_value(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """The first column of the first row, or None when there is no row."""
        query = self._queries.query(statement, parameters, "query", prepare, time_limit)
        _, values = self._fetch(query, 1)
        return values[0][0] if values else None

    def fetch_column(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> list[Any]:
        """The first column of every row."""
        query = self._queries.query(statement, parameters, "query", prepare, time_limit)
        _, values = self._fetch(query, None)
        return [value[0] for value in values]

    def execute(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        prepare: bool | None = None,
        time_limit: float | None = None,
    ) -> int:
        """Run a statement; the number of rows that it changed, 0 for DDL."""
        try:
            query = self._queries.query(statement, parameters, "command", prepare, time_limit)
        except TooManyParameters:
            parts = self._queries.parts(statement, "command", prepare, time_limit)
            with self.transaction() as connection:
                return sum([connection._execute(part) for part in parts])
        return self._execute(query)

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> int:
        """Run SQL once for each set of parameters, all or nothing; the number of rows changed in total."""
        if not isinstance(sql, str):
            raise InvalidArgumentError(
                "many sets of values need SQL text; a statement has one", code="invalid_statement"
            )
        return self._execute_many(*self._queries.many(sql, rows))
