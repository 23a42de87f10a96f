"""What can go wrong between a program and its database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast


class ArlenDataError(Exception):
    """The base of every error that arlen-data raises.

    Attributes:
        code: a stable slug such as ``"unique_violation"``.
        details: facts for programs and logs. The SQL text is in ``details["sql"]`` where there is one; parameter
            values are never in it.
    """

    def __init__(self, message: str, *, code: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details: dict[str, object] = dict(details or {})


class SQLBuilderError(ArlenDataError):
    """A statement cannot be built or rendered. It is raised before any I/O.

    Codes: ``invalid_argument``, ``invalid_identifier``, ``unsupported_operator``, ``compile_failed``,
    ``unsupported_feature``. ``str()`` holds neither SQL nor values.

    Attributes:
        reason: the stable slug of the exact fault, such as ``"token_unbound"``; also in ``details``.
        identifier: the name, operator, clause, table or dialect at fault; also in ``details``.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        reason: str,
        identifier: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, code=code, details={"reason": reason, "identifier": identifier, **(details or {})})
        self.reason = reason
        self.identifier = identifier


class DatabaseError(ArlenDataError):
    """Something went wrong between this program and a database.

    Attributes:
        sql: the statement, or None where there is none.
        sqlstate: the five characters by which SQL names the fault, or None; for SQLite the nearest ones.
        diagnostics: what the server said beside its message: ``sqlstate`` and the ``server_*`` attributes that it
            filled. ``server_detail`` may quote values of rows, so it is in no message, log or event.
        server_detail, server_hint, server_position, server_where, server_schema, server_table, server_column,
        server_datatype, server_constraint, server_severity: the same one by one, None where the server said nothing.
    """

    server_detail: str | None
    server_hint: str | None
    server_position: str | None
    server_where: str | None
    server_schema: str | None
    server_table: str | None
    server_column: str | None
    server_datatype: str | None
    server_constraint: str | None
    server_severity: str | None

    @property
    def sql(self) -> str | None:
        return cast("str | None", self.details.get("sql"))

    @property
    def sqlstate(self) -> str | None:
        return cast("str | None", self.details.get("sqlstate"))

    @property
    def diagnostics(self) -> Mapping[str, str]:
        return cast("Mapping[str, str]", self.details.get("pg_diagnostics", {}))

    def __getattr__(self, name: str) -> str | None:
        if name in DatabaseError.__annotations__:
            return self.diagnostics.get(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


class InvalidArgumentError(DatabaseError):
    """The call was wrong before any SQL ran.

    Codes: ``unsupported_url``, ``invalid_option``, ``empty_sql``, ``plain_sql``, ``multiple_statements``,
    ``invalid_parameters``, ``unsupported_parameter``, ``naive_datetime``, ``unterminated_statement``,
    ``unsupported_feature``, ``invalid_identifier``, ``foreign_connection``, ``invalid_channel``, ``payload_too_long``,
    ``adapter_required``, ``table_required``, ``cursors_required``, ``invalid_filter``.
    """


class ConnectionFailed(DatabaseError):
    """There is no usable connection.

    Codes: ``cannot_open``, ``connection_closed``, ``connection_lost``, ``forked_pool``, ``driver_missing``,
    ``library_too_old``.
    """


class MissingDependencyError(ConnectionFailed):
    """A library that this needs is not installed; the message names the extra.

    Codes: ``driver_missing``, ``dependency_missing``.
    """


class PoolExhausted(DatabaseError):
    """No connection became free in time. Codes: ``pool_exhausted``, ``too_many_waiting``.

    ``details`` holds the figures of the pool at that moment.
    """


class QueryFailed(DatabaseError):
    """The database refused a statement, or its result has no shape that a row can have.

    Codes: ``query_failed``, ``syntax_error``, ``undefined_table``, ``undefined_column``, ``read_only``,
    ``interrupted``, ``serialization_failure``, ``deadlock_detected``, ``data_error``, ``no_result_set``,
    ``duplicate_column``. ``details`` holds ``sql`` and, for what the database itself refused, the ``sqlstate`` and
    ``pg_diagnostics`` or ``sqlite_errorname`` and ``sqlite_errorcode``.
    """


class IntegrityError(QueryFailed):
    """A constraint refused the change (PEP 249).

    Codes: ``unique_violation``, ``foreign_key_violation``, ``not_null_violation``, ``check_violation``,
    ``exclusion_violation``, ``integrity_violation``.
    """


class LockNotAvailable(QueryFailed):
    """Somebody else kept what the statement needed. Codes: ``lock_not_available``, ``database_locked``."""


class QueryTimeout(QueryFailed):
    """The statement took longer than it may; the connection is good for the next. Code: ``query_timeout``."""


class NoRows(QueryFailed):
    """One row was asked for and there is none. Code: ``no_rows``."""


class TooManyRows(QueryFailed):
    """One row was asked for and there are more. Code: ``too_many_rows``."""


class TransactionFailed(DatabaseError):
    """A transaction could not begin or end as it should.

    Codes: ``turn_timeout`` (another thread or task kept its part of this transaction open for too long),
    ``transaction_control`` (the SQL said BEGIN, COMMIT or ROLLBACK itself), ``transaction_lost`` (the database rolled
    back on its own), ``transaction_open`` and ``no_transaction`` (begin, commit or rollback at the wrong time).
    """


class AdapterConformanceError(ArlenDataError):
    """An adapter does not do what adapters must.

    Codes: ``invalid_adapter``, ``step_failed``; ``details`` holds the ``adapter`` and the ``step``.
    """


class MigrationError(ArlenDataError):
    """A migration cannot be found, planned or run.

    Codes: ``migrations_dir_missing``, ``invalid_target``, ``invalid_migration``, ``duplicate_version``,
    ``unknown_version``, ``migration_failed``, ``changed_migration``, ``dirty_migration``, ``missing_file``,
    ``missing_down``, ``lock_timeout``, ``offline_unsupported``, ``no_structure``.

    Attributes:
        file: the name of the file at fault, or None.
        line: the line (1-based) of it, or None.
        sqlstate: what SQL calls the fault, or None.
    """

    @property
    def file(self) -> str | None:
        return cast("str | None", self.details.get("file"))

    @property
    def line(self) -> int | None:
        return cast("int | None", self.details.get("line"))

    @property
    def sqlstate(self) -> str | None:
        return cast("str | None", self.details.get("sqlstate"))


class SchemaCodegenError(ArlenDataError):
    """No code can be generated from this schema, or not there.

    Codes: ``invalid_argument``, ``invalid_metadata``, ``identifier_collision``, ``file_exists``, ``library_too_old``;
    ``details`` holds the ``identifier`` or the ``path`` at fault.
    """


class TypedSQLCodegenError(ArlenDataError):
    """A file of typed SQL is wrong.

    Codes: ``name_missing_or_invalid``, ``kind_unknown``, ``directive_unknown``, ``field_format``, ``field_identifier``,
    ``result_required``, ``result_unexpected``, ``row_class_invalid``, ``body_empty``, ``several_statements``,
    ``unterminated_literal``, ``placeholder_gap``, ``duplicate_query``, ``no_definitions``, ``no_sql_files``,
    ``input_dir_missing``, ``prefix_invalid``, ``file_exists``; ``details`` holds the ``file`` and the ``line`` where
    there are any.
    """


class RouterError(ArlenDataError):
    """A statement cannot be routed to a database.

    Codes: ``invalid_argument``, ``unknown_target``, ``missing_adapter``; ``details`` holds the ``target`` at fault and,
    where a statement was routed, its ``operation_class``.
    """


class ListQueryError(ArlenDataError):
    """A query string asks for what a list does not offer.

    Codes: ``unknown_parameter``, ``repeated_parameter``, ``invalid_value``; ``details`` holds the ``parameter``.
    """


class Rollback(Exception):
    """Raise it inside ``transaction()`` to undo the innermost block and go on quietly after it."""
