"""What can go wrong between a program and its database."""

from __future__ import annotations

from collections.abc import Mapping


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


class InvalidArgumentError(ArlenDataError):
    """The call was wrong before any SQL ran.

    Codes: ``unsupported_url``, ``empty_sql``, ``multiple_statements``, ``invalid_parameters``,
    ``unsupported_parameter``, ``unterminated_statement``.
    """


class ConnectionFailed(ArlenDataError):
    """There is no usable connection. Codes: ``cannot_open``, ``connection_closed``, ``forked_connection``."""


class QueryFailed(ArlenDataError):
    """The database refused a statement, or its result has no shape that a row can have.

    Codes: ``query_failed``, ``syntax_error``, ``undefined_table``, ``undefined_column``, ``database_locked``,
    ``read_only``, ``interrupted``, ``no_result_set``, ``duplicate_column``. ``details`` holds ``sql``, and for what the
    database itself refused ``sqlite_errorname`` and the nearest ``sqlstate`` where one is known.
    """


class IntegrityError(QueryFailed):
    """A constraint refused the change (PEP 249).

    Codes: ``unique_violation``, ``foreign_key_violation``, ``not_null_violation``, ``check_violation``,
    ``integrity_violation``.
    """


class TransactionFailed(ArlenDataError):
    """A transaction could not begin or end as it should.

    Codes: ``turn_timeout`` (another thread or task kept its transaction open for too long), ``transaction_control``
    (the SQL said BEGIN, COMMIT or ROLLBACK itself), ``transaction_lost`` (the database rolled back on its own).
    """


class Rollback(Exception):
    """Raise it inside ``transaction()`` to undo the innermost block and go on quietly after it."""
