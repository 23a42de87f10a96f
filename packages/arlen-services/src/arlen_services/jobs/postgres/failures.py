"""What an error of the driver means for a queue."""

from __future__ import annotations

import json

from arlen_services.errors import JobError
from arlen_services.postgres_client import Error, InterfaceError, OperationalError, PoolClosed, PoolTimeout

DUPLICATE = "AR001"
MISSING = frozenset({"42P01", "42883", "42703"})
"""The states of an undefined table, function and column."""
DRIVER_ERRORS = (Error, PoolTimeout, PoolClosed, OSError)


def told(error: Exception, place: str) -> JobError:
    """The error of a queue for one of `DRIVER_ERRORS`."""
    state = getattr(error, "sqlstate", None)
    details: dict[str, object] = {"place": place, "sqlstate": state}
    if state == DUPLICATE:
        return _duplicate(str(error))
    if state in MISSING:
        return JobError(
            f"PostgreSQL at {place} has no job tables of this version; call install() once: {error}",
            code="schema_missing",
            details=details,
        )
    if state is None and isinstance(error, (OperationalError, InterfaceError, PoolTimeout, PoolClosed, OSError)):
        return JobError(f"PostgreSQL at {place} does not answer: {error}", code="connection_failed", details=details)
    if state is not None and state.startswith(("08", "57P")):
        return JobError(f"PostgreSQL at {place} went away: {error}", code="connection_failed", details=details)
    return JobError(f"PostgreSQL at {place} refuses: {error}", code="engine_error", details=details)


def _duplicate(words: str) -> JobError:
    entry = json.loads(words.partition("\n")[0])
    return JobError(
        f"job {entry['name']} is refused: another one holds its key {entry['key']!r}",
        code="duplicate_job",
        details=entry,
        permanent=True,
    )
