"""Results, and what the rows of a result become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from functools import lru_cache, partial
from itertools import repeat
from typing import Any, TypeAlias, TypeVar

from .errors import NoRows, QueryFailed, TooManyRows
from .row import Row

T = TypeVar("T")

Values: TypeAlias = tuple[Any, ...]


Result: TypeAlias = tuple[tuple[str, ...], Sequence[Values]]
"""The columns of a result and the values of its rows."""


def all_rows(result: Result, rows_as: Callable[..., T], sql: str) -> list[T]:
    """Every row of the result, made into what the caller asked for."""
    columns, values = result
    return row_maker(rows_as, columns, sql)(values)


def first_row(result: Result, rows_as: Callable[..., Any], sql: str) -> Any:
    """The first row, or None when there is none."""
    columns, values = result
    if not values:
        return None
    if rows_as is tuple:
        return values[0]
    if rows_as is Row:
        return Row(zip(column_names(columns, sql), values[0]))  # noqa: B905 (a check for each row of each result costs)
    return row_maker(rows_as, columns, sql)(values)[0]


def only_row(result: Result, rows_as: Callable[..., T], sql: str) -> T:
    """The one row.

    Raises:
        NoRows: there is none.
        TooManyRows: there are more.
    """
    found = len(result[1])
    if not found:
        raise NoRows("one row was expected and there is none", code="no_rows", details={"sql": sql})
    if found > 1:
        raise TooManyRows("one row was expected and there are more", code="too_many_rows", details={"sql": sql})
    return all_rows(result, rows_as, sql)[0]


@lru_cache(512)
def row_maker(rows_as: Callable[..., T], columns: tuple[str, ...], sql: str) -> Callable[[Sequence[Values]], list[T]]:
    """What turns the values of many rows into what the caller asked for.

    ``tuple`` gives the values as they are, ``dict`` and ``Row`` mappings; a named tuple or a dataclass is called with
    the columns as keywords, anything else with a ``Row``.

    Raises:
        QueryFailed: code ``duplicate_column`` when two columns of one name are to share a mapping.
    """
    if rows_as is tuple:
        return list  # type: ignore[return-value]
    names = column_names(columns, sql)
    make: Any = rows_as
    if make is Row or make is dict:
        return partial(_mappings, rows_as, names)
    if is_dataclass(rows_as) or hasattr(rows_as, "_make"):
        return lambda many: [make(**dict(zip(names, values, strict=True))) for values in many]
    return lambda many: [make(Row(zip(names, values, strict=True))) for values in many]


def _mappings(make: Callable[..., T], names: tuple[str, ...], many: Sequence[Values]) -> list[T]:
    return list(map(make, map(zip, repeat(names), many)))


@lru_cache(512)
def column_names(columns: tuple[str, ...], sql: str) -> tuple[str, ...]:
    """The keys of a row; a nameless column is ``col_<index>``."""
    names = tuple([name or f"col_{index}" for index, name in enumerate(columns)])
    if len(set(names)) < len(names):
        twice = next(name for index, name in enumerate(names) if name in names[:index])
        raise QueryFailed(
            f'the result has two columns named "{twice}", and a row can keep one; rename the other with AS',
            code="duplicate_column",
            details={"sql": sql, "column": twice},
        )
    return names
