"""SQL for people who like SQL: databases, sync and async."""

from .async_database import AsyncDatabase
from .database import Database
from .errors import (
    ArlenDataError,
    ConnectionFailed,
    IntegrityError,
    InvalidArgumentError,
    QueryFailed,
    Rollback,
    TransactionFailed,
)
from .location import Location
from .parameters import Parameters
from .row import Row
from .script import ScriptStatement, SQLScript
from .settings import DatabaseSettings

__version__ = "0.1.0"

__all__ = [
    "ArlenDataError",
    "AsyncDatabase",
    "ConnectionFailed",
    "Database",
    "DatabaseSettings",
    "IntegrityError",
    "InvalidArgumentError",
    "Location",
    "Parameters",
    "QueryFailed",
    "Rollback",
    "Row",
    "SQLScript",
    "ScriptStatement",
    "TransactionFailed",
]
