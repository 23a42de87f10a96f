"""What a store that lives elsewhere says when it cannot serve."""

from __future__ import annotations

from arlen_services.errors import CacheError

OUTAGES = frozenset({"unreachable", "timed_out", "circuit_open"})
"""The codes that mean: the server is away; the entry may well be there."""


def unreachable(name: str, error: Exception) -> CacheError:
    return CacheError(
        f"{name} does not answer ({type(error).__name__}); is the server running, and is the address right?",
        code="unreachable",
        details={"store": name},
    )


def timed_out(name: str, seconds: float) -> CacheError:
    return CacheError(
        f"{name} did not answer within {seconds} seconds", code="timed_out", details={"store": name, "seconds": seconds}
    )


def circuit_open(name: str) -> CacheError:
    return CacheError(
        f"{name} did not answer a moment ago and is not asked again yet", code="circuit_open", details={"store": name}
    )


def refused(name: str, error: Exception, code: str) -> CacheError:
    return CacheError(f"{name} refused a command: {error}", code=code, details={"store": name}, permanent=True)


def not_an_integer(key: str) -> CacheError:
    return CacheError(
        f'"{key}" does not hold an integer of 64 bits; use another key for the counter',
        code="not_an_integer",
        details={"key": key},
        permanent=True,
    )
