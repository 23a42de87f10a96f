"""SQL for people who like SQL: databases, sync and async."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._async.conformance import async_adapter_conformance_report, run_async_adapter_conformance_suite
    from ._async.connection import AsyncConnection
    from ._async.database import AsyncDatabase
    from ._async.display_group import AsyncDisplayGroup
    from ._async.migrations import AsyncMigrationRunner
    from ._async.protocols import AsyncDatabaseAdapter, AsyncDatabaseConnection
    from ._async.router import AsyncDatabaseRouter
    from ._sync.conformance import adapter_conformance_report, run_adapter_conformance_suite
    from ._sync.connection import Connection
    from ._sync.database import Database
    from ._sync.display_group import DisplayGroup
    from ._sync.migrations import MigrationRunner
    from ._sync.protocols import DatabaseAdapter, DatabaseConnection
    from ._sync.router import DatabaseRouter
    from .blocks import Block
    from .compiler import Compiled, Dialect
    from .compiler.placeholders import from_psycopg
    from .errors import (
        AdapterConformanceError,
        ArlenDataError,
        ConnectionFailed,
        DatabaseError,
        IntegrityError,
        InvalidArgumentError,
        ListQueryError,
        LockNotAvailable,
        MigrationError,
        MissingDependencyError,
        NoRows,
        PoolExhausted,
        QueryFailed,
        QueryTimeout,
        Rollback,
        RouterError,
        SQLBuilderError,
        TooManyRows,
        TransactionFailed,
    )
    from .listing.query_string import ListQuery, ListRules
    from .location import Location
    from .options import DatabaseOptions
    from .parameters import Parameters
    from .postgres.address import PostgresAddress
    from .postgres.channels import Notification
    from .roster import PoolStats
    from .routing.context import routing_context
    from .routing.options import RoutingOptions
    from .routing.replication import Replication
    from .row import Row
    from .script import ScriptStatement, SQLScript
    from .settings import DatabaseSettings
    from .sql.conditional import case, cast
    from .sql.cursors import Cursors
    from .sql.delete import Delete, delete_from
    from .sql.explain import explain
    from .sql.functions import cube, func, grouping_sets, rollup
    from .sql.identifiers import quoted
    from .sql.insert import Insert, insert_defaults, insert_from, insert_into, insert_many
    from .sql.merge import Merge, merge_into
    from .sql.paging import Order, OrderKey
    from .sql.predicates import (
        Predicate,
        all_of,
        and_,
        any_of,
        between,
        eq,
        exists,
        in_,
        not_between,
        not_exists,
        not_in,
        op,
        or_,
    )
    from .sql.query import Compound, Query
    from .sql.select import Select, select, select_from
    from .sql.statement import Statement
    from .sql.templates import Expr, expr
    from .sql.terms import Column, Term, col, default, excluded, param
    from .sql.tstrings import tsql
    from .sql.update import Update, update_table
    from .sql.values import values

__version__ = "0.1.0"

_HOMES = {
    "postgres.channels": ("Notification",),
    "_sync.protocols": (
        "DatabaseAdapter",
        "DatabaseConnection",
    ),
    "_async.protocols": (
        "AsyncDatabaseAdapter",
        "AsyncDatabaseConnection",
    ),
    "_sync.conformance": (
        "adapter_conformance_report",
        "run_adapter_conformance_suite",
    ),
    "_async.conformance": (
        "async_adapter_conformance_report",
        "run_async_adapter_conformance_suite",
    ),
    "_async.connection": ("AsyncConnection",),
    "_async.database": ("AsyncDatabase",),
    "_async.migrations": ("AsyncMigrationRunner",),
    "_sync.connection": ("Connection",),
    "_sync.database": ("Database",),
    "_async.display_group": ("AsyncDisplayGroup",),
    "_sync.display_group": ("DisplayGroup",),
    "_async.router": ("AsyncDatabaseRouter",),
    "_sync.router": ("DatabaseRouter",),
    "listing.query_string": ("ListQuery", "ListRules"),
    "routing.context": ("routing_context",),
    "routing.options": ("RoutingOptions",),
    "routing.replication": ("Replication",),
    "_sync.migrations": ("MigrationRunner",),
    "blocks": ("Block",),
    "errors": (
        "AdapterConformanceError",
        "ArlenDataError",
        "ConnectionFailed",
        "DatabaseError",
        "IntegrityError",
        "InvalidArgumentError",
        "ListQueryError",
        "LockNotAvailable",
        "MigrationError",
        "MissingDependencyError",
        "NoRows",
        "PoolExhausted",
        "QueryFailed",
        "QueryTimeout",
        "Rollback",
        "RouterError",
        "SQLBuilderError",
        "TooManyRows",
        "TransactionFailed",
    ),
    "location": ("Location",),
    "options": ("DatabaseOptions",),
    "parameters": ("Parameters",),
    "postgres.address": ("PostgresAddress",),
    "roster": ("PoolStats",),
    "row": ("Row",),
    "script": ("SQLScript", "ScriptStatement"),
    "settings": ("DatabaseSettings",),
    "compiler": (
        "Compiled",
        "Dialect",
    ),
    "compiler.placeholders": ("from_psycopg",),
    "sql.conditional": (
        "case",
        "cast",
    ),
    "sql.delete": (
        "Delete",
        "delete_from",
    ),
    "sql.explain": ("explain",),
    "sql.functions": (
        "cube",
        "func",
        "grouping_sets",
        "rollup",
    ),
    "sql.identifiers": ("quoted",),
    "sql.insert": (
        "Insert",
        "insert_defaults",
        "insert_from",
        "insert_into",
        "insert_many",
    ),
    "sql.merge": (
        "Merge",
        "merge_into",
    ),
    "sql.cursors": ("Cursors",),
    "sql.paging": ("Order", "OrderKey"),
    "sql.predicates": (
        "Predicate",
        "all_of",
        "and_",
        "any_of",
        "between",
        "eq",
        "exists",
        "in_",
        "not_between",
        "not_exists",
        "not_in",
        "op",
        "or_",
    ),
    "sql.query": (
        "Compound",
        "Query",
    ),
    "sql.select": (
        "Select",
        "select",
        "select_from",
    ),
    "sql.statement": ("Statement",),
    "sql.templates": (
        "Expr",
        "expr",
    ),
    "sql.terms": (
        "Column",
        "Term",
        "col",
        "default",
        "excluded",
        "param",
    ),
    "sql.tstrings": ("tsql",),
    "sql.update": (
        "Update",
        "update_table",
    ),
    "sql.values": ("values",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AdapterConformanceError",
    "ArlenDataError",
    "AsyncConnection",
    "AsyncDatabase",
    "AsyncDatabaseAdapter",
    "AsyncDatabaseConnection",
    "AsyncDatabaseRouter",
    "AsyncDisplayGroup",
    "AsyncMigrationRunner",
    "Block",
    "Column",
    "Compiled",
    "Compound",
    "Connection",
    "ConnectionFailed",
    "Cursors",
    "Database",
    "DatabaseAdapter",
    "DatabaseConnection",
    "DatabaseError",
    "DatabaseOptions",
    "DatabaseRouter",
    "DatabaseSettings",
    "Delete",
    "Dialect",
    "DisplayGroup",
    "Expr",
    "Insert",
    "IntegrityError",
    "InvalidArgumentError",
    "ListQuery",
    "ListQueryError",
    "ListRules",
    "Location",
    "LockNotAvailable",
    "Merge",
    "MigrationError",
    "MigrationRunner",
    "MissingDependencyError",
    "NoRows",
    "Notification",
    "Order",
    "OrderKey",
    "Parameters",
    "PoolExhausted",
    "PoolStats",
    "PostgresAddress",
    "Predicate",
    "Query",
    "QueryFailed",
    "QueryTimeout",
    "Replication",
    "Rollback",
    "RouterError",
    "RoutingOptions",
    "Row",
    "SQLBuilderError",
    "SQLScript",
    "ScriptStatement",
    "Select",
    "Statement",
    "Term",
    "TooManyRows",
    "TransactionFailed",
    "Update",
    "adapter_conformance_report",
    "all_of",
    "and_",
    "any_of",
    "async_adapter_conformance_report",
    "between",
    "case",
    "cast",
    "col",
    "cube",
    "default",
    "delete_from",
    "eq",
    "excluded",
    "exists",
    "explain",
    "expr",
    "from_psycopg",
    "func",
    "grouping_sets",
    "in_",
    "insert_defaults",
    "insert_from",
    "insert_into",
    "insert_many",
    "merge_into",
    "not_between",
    "not_exists",
    "not_in",
    "op",
    "or_",
    "param",
    "quoted",
    "rollup",
    "routing_context",
    "run_adapter_conformance_suite",
    "run_async_adapter_conformance_suite",
    "select",
    "select_from",
    "tsql",
    "update_table",
    "values",
]


if not TYPE_CHECKING:  # a module with __getattr__ would hide misspelt names from type checkers

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
