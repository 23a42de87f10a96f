# Written by ci/unasync.py from _async/prepared.py: edit that file and run `python -m ci.unasync`.
"""Statements that are prepared by hand, for SQL that runs often on one connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from arlen_data.errors import InvalidArgumentError
from arlen_data.parameters import Parameters
from arlen_data.row import Row
from arlen_data.sql.lexer import scan

from .statements import Statements

T = TypeVar("T")


class PreparedStatement:
    """SQL with ``$1``, ``$2`` that its connection keeps prepared, and the number of parameters that it takes."""

    __slots__ = ("_connection", "parameter_count", "sql")

    def __init__(self, connection: Statements, sql: str) -> None:
        self._connection = connection
        self.sql = sql
        self.parameter_count = max(
            (int(text.removeprefix("$")) for kind, text in scan(sql) if kind == "placeholder"), default=0
        )

    @overload
    def fetch_all(self, parameters: Parameters = ...) -> list[Row]: ...

    @overload
    def fetch_all(self, parameters: Parameters = ..., *, rows_as: Callable[..., T]) -> list[T]: ...

    def fetch_all(self, parameters: Parameters = (), *, rows_as: Callable[..., Any] = Row) -> Any:
        """Every row of the result.

        Raises:
            InvalidArgumentError: code ``invalid_parameters`` when their number is wrong; nothing was sent.
        """
        self._check(parameters)
        return self._connection.fetch_all(self.sql, parameters, rows_as=rows_as, prepare=True)

    def execute(self, parameters: Parameters = ()) -> int:
        """The number of rows changed. Raises what ``fetch_all`` raises."""
        self._check(parameters)
        return self._connection.execute(self.sql, parameters, prepare=True)

    def _check(self, parameters: Parameters) -> None:
        if len(parameters) != self.parameter_count:
            raise InvalidArgumentError(
                f"the statement takes {self.parameter_count} parameters, and {len(parameters)} were given",
                code="invalid_parameters",
                details={"sql": self.sql},
            )
