"""Dialects: how PostgreSQL and SQLite differ, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from arlen_data.sql.refusals import refuse

DriverParameters: TypeAlias = tuple[object, ...] | dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """What the SQL of one database looks like, and what it lacks.

    Attributes:
        name: ``"postgresql"`` or ``"sqlite"``.
        placeholder: what stands before the number of a parameter.
        lacks: the features whose use is refused.
        operators: how some operators are spelled.
        refused_operators: operators that mean something else here, with the name of the missing feature.
        name_bytes: the longest name that is not cut, in bytes; None when any length will do.
        parameter_limit: the most parameters that one statement takes.
        operands_in_parentheses: whether the operands of UNION, INTERSECT and EXCEPT stand in parentheses.
        no_limit: what stands before an OFFSET without LIMIT.
        conflict_target_required: whether DO UPDATE needs a target.
        upsert_source: what encloses the query of INSERT ... SELECT ... ON CONFLICT.
        explain: what asks for the plan of a statement.
        bind: values to what the driver takes.
        require_where: whether UPDATE and DELETE without WHERE are refused unless they say ``all_rows()``.
    """

    name: str
    placeholder: str
    bind: Callable[[tuple[object, ...]], DriverParameters]
    parameter_limit: int
    explain: str
    lacks: frozenset[str] = frozenset()
    operators: Mapping[str, str] | None = None
    refused_operators: Mapping[str, str] | None = None
    name_bytes: int | None = None
    operands_in_parentheses: bool = True
    no_limit: str = ""
    conflict_target_required: bool = False
    upsert_source: tuple[str, str] = ("", "")
    require_where: bool = False

    def without(self, features: frozenset[str]) -> Dialect:
        """The same dialect, refusing these features too."""
        return replace(self, lacks=self.lacks | features) if features else self

    def guarded(self) -> Dialect:
        """The same dialect, refusing UPDATE and DELETE that name neither a condition nor ``all_rows()``."""
        return replace(self, require_where=True)


def _in_order(values: tuple[object, ...]) -> DriverParameters:
    return values


def _by_number(values: tuple[object, ...]) -> DriverParameters:
    return {str(number): value for number, value in enumerate(values, 1)}


POSTGRESQL = Dialect(
    name="postgresql",
    placeholder="$",
    bind=_in_order,
    parameter_limit=65_535,
    explain="EXPLAIN ",
    name_bytes=63,
    conflict_target_required=True,
)

SQLITE = Dialect(
    name="sqlite",
    placeholder="?",
    bind=_by_number,
    parameter_limit=32_766,
    explain="EXPLAIN QUERY PLAN ",
    lacks=frozenset(
        {
            "any_all_subquery",
            "array_operators",
            "column_alias_list",
            "conflict_on_constraint",
            "data_modifying_cte",
            "default_marker",
            "delete_using",
            "distinct_on",
            "except_all",
            "explain_analyze",
            "fetch_with_ties",
            "for_update",
            "full_text_search",
            "grouping_sets",
            "intersect_all",
            "jsonb_operators",
            "lateral_join",
            "merge",
            "range_operators",
            "regular_expressions",
            "unnest",
        }
    ),
    operators={
        "ILIKE": "LIKE",
        "NOT ILIKE": "NOT LIKE",
        "IS DISTINCT FROM": "IS NOT",
        "IS NOT DISTINCT FROM": "IS",
    },
    operands_in_parentheses=False,
    no_limit=" LIMIT -1",
    upsert_source=("SELECT * FROM (", ") WHERE TRUE"),
)

_STRICT_LIKE = {"LIKE": "case_sensitive_like", "NOT LIKE": "case_sensitive_like"}
SQLITE_STRICT_LIKE = replace(SQLITE, refused_operators=_STRICT_LIKE)
"""SQLite, where LIKE is refused because it compares without ASCII case."""

_KNOWN = {dialect.name: dialect for dialect in (POSTGRESQL, SQLITE)}


def dialect_of(dialect: str | Dialect | None) -> Dialect:
    """The dialect itself, by its name, or PostgreSQL for None: the canonical form.

    Raises:
        SQLBuilderError: ``dialect_unknown``.
    """
    if isinstance(dialect, Dialect):
        return dialect
    if dialect is None:
        return POSTGRESQL
    known = _KNOWN.get(dialect)
    if known is None:
        raise refuse("dialect_unknown", dialect)
    return known
