"""psycopg, which only this module imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString, cast

from arlen_data.errors import ArlenDataError, ConnectionFailed, InvalidArgumentError, MissingDependencyError
from arlen_data.options import DatabaseOptions
from arlen_data.telemetry.observation import Server

from .address import PostgresAddress
from .errors import FIELDS, refused, unsupported

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
    from psycopg.pq import TransactionStatus
    from psycopg.pq.abc import PGconn
    from psycopg.rows import tuple_row
except ImportError as error:
    raise MissingDependencyError(
        f"PostgreSQL needs psycopg, which cannot be imported ({error}); pip install 'arlen-data[binary]'",
        code="driver_missing",
    ) from error

__all__ = [
    "DRIVER_ERRORS",
    "TransactionStatus",
    "conninfo",
    "make_conninfo",
    "psycopg",
    "server_of",
    "translate",
    "trusted",
    "tuple_row",
]

trusted = cast("Callable[[str], LiteralString]", str)
"""SQL whose origin was looked at: psycopg's types ask for literals, so that nobody formats values into text."""

DRIVER_ERRORS = (psycopg.Error, UnicodeEncodeError, ValueError)


def conninfo(address: PostgresAddress, options: DatabaseOptions) -> dict[str, Any]:
    """The keywords with which libpq connects.

    Raises:
        InvalidArgumentError: ``unsupported_url``, ``unsupported_feature``.
    """
    if not address.dsn:
        raise InvalidArgumentError(
            "where the pool connects to is known to a function of its own only; this needs an address",
            code="unsupported_feature",
        )
    try:
        keywords = dict(conninfo_to_dict(address.dsn))
    except psycopg.ProgrammingError:
        raise InvalidArgumentError(
            f"cannot read the address {address}; give postgresql://user@host:port/database or libpq keywords",
            code="unsupported_url",
        ) from None
    keywords.setdefault("connect_timeout", max(1, round(options.connect_timeout)))
    limits = {
        "statement_timeout": options.statement_timeout,
        "lock_timeout": options.lock_timeout,
        "idle_in_transaction_session_timeout": options.idle_in_transaction_timeout,
    }
    flags = [f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items() if seconds is not None]
    if flags and options.pooler == "session":
        keywords["options"] = " ".join([str(keywords.get("options") or ""), *flags]).strip()
    if address.password_provider is not None:
        keywords["password"] = address.password_provider()
    return keywords


def server_of(connection: PGconn) -> Server:
    """What a connection says about the other end; one that is closed says nothing."""
    try:
        name, host, port = connection.db.decode(), connection.host.decode(), connection.port.decode()
    except psycopg.OperationalError:
        return Server("postgresql", "")
    return Server("postgresql", name, host or None, int(port) if port.isdigit() else None)


def translate(error: Exception, sql: str, parameters: object) -> ArlenDataError:
    """The error of this package for one that psycopg raised while it ran ``sql``."""
    if not isinstance(error, psycopg.Error):
        return unsupported(parameters, sql) or _unfit(error, sql)
    if error.sqlstate is not None:
        return _refused(error, error.sqlstate, sql)
    if isinstance(error, psycopg.OperationalError):
        return ConnectionFailed("the connection to the server was lost", code="connection_lost", details={"sql": sql})
    return unsupported(parameters, sql) or _unfit(error, sql)


def _unfit(error: Exception, sql: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"the SQL and its parameters do not fit: {error}", code="invalid_parameters", details={"sql": sql}
    )


def _refused(error: psycopg.Error, state: str, sql: str) -> ArlenDataError:
    said = {name: getattr(error.diag, field) for field, name in FIELDS.items()}
    diagnostics = {name: text.strip() for name, text in said.items() if text and text.strip()}
    facts = {"sql": sql, "sqlstate": state, "pg_diagnostics": diagnostics}
    return refused(state, error.diag.message_primary or str(error), facts)
