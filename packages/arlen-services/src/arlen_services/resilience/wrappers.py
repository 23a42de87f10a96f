"""Retries, time limits, circuit breakers, fall-backs and bulkheads around any adapter.

From the inside out: ``with_timeout`` limits one attempt, ``with_circuit_breaker`` stops asking, ``with_retry`` asks
again, ``with_bulkhead`` limits how many ask, ``with_fallback`` asks somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, TypeVar

from arlen_services.clock import Sleep
from arlen_services.errors import ArlenServicesError, RetriesExhausted

from .circuit_breaker import CircuitBreaker
from .policy import RetryPolicy
from .wrapping import Call, name_of, wrapped

A = TypeVar("A")


def with_retry(adapter: A, policy: RetryPolicy, *, operations: Collection[str], sleep: Sleep = asyncio.sleep) -> A:
    """Try these operations again, as the policy says.

    A permanent error, and one that the policy does not cover, is raised at once, unwrapped; so is the error of a call
    that reads a stream or a file, which is at its end after one attempt. An empty id is a failed attempt.

    Raises:
        RetriesExhausted: code ``retries_exhausted``; ``details`` hold ``attempt_count`` and ``adapter``, the cause is
            the last error.
    """
    return wrapped(adapter, _Retry(policy, frozenset(operations), sleep))


def with_timeout(adapter: A, seconds: float) -> A:
    """Limit every operation.

    Raises:
        ArlenServicesError: ``timed_out``.
    """
    return wrapped(adapter, _Timeout(seconds))


def with_circuit_breaker(adapter: A, breaker: CircuitBreaker) -> A:
    """Ask an adapter that keeps failing only now and then. Permanent errors are answers, and count as success.

    Raises:
        ArlenServicesError: ``circuit_open``.
    """
    return wrapped(adapter, _Breaking(breaker))


def with_fallback(adapter: A, other: A) -> A:
    """Ask ``other`` when an operation fails for the moment. A call that reads a stream is not made twice."""
    return wrapped(adapter, _Fallback(other))


def with_bulkhead(adapter: A, *, at_once: int, waiting: int = 0) -> A:
    """Let so many operations run at once and so many wait.

    Raises:
        ArlenServicesError: ``bulkhead_full``.
    """
    return wrapped(adapter, _Bulkhead(at_once, waiting))


class _Retry:
    __slots__ = ("_operations", "_policy", "_sleep")

    name = "retry"

    def __init__(self, policy: RetryPolicy, operations: frozenset[str], sleep: Sleep) -> None:
        self._policy = policy
        self._operations = operations
        self._sleep = sleep

    async def __call__(self, call: Call) -> Any:
        if call.operation not in self._operations:
            return await call()
        attempts = max(1, self._policy.max_attempts)
        attempt = 1
        while True:
            try:
                return _not_empty(await call(), call)
            except Exception as error:
                if _is_permanent(error) or not self._policy.covers(error) or not call.replayable:
                    raise
                if attempt >= attempts:
                    raise _exhausted(call, attempts, error) from error
            await self._sleep(self._policy.delay_after(attempt))
            attempt += 1


class _Timeout:
    __slots__ = ("_seconds",)

    name = "timeout"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def __call__(self, call: Call) -> Any:
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                return await call()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise _refused(call, f"took more than {self._seconds} seconds", "timed_out") from error


class _Breaking:
    __slots__ = ("_breaker",)

    name = "circuit_breaker"

    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker

    async def __call__(self, call: Call) -> Any:
        if not self._breaker.admits():
            raise _refused(call, "keeps failing and is left alone for a while", "circuit_open")
        try:
            result = await call()
        except Exception as error:
            if _is_permanent(error):
                self._breaker.succeeded()
            else:
                self._breaker.failed()
            raise
        self._breaker.succeeded()
        return result


class _Fallback:
    __slots__ = ("_other",)

    def __init__(self, other: object) -> None:
        self._other = other

    @property
    def name(self) -> str:
        return f"fallback[{name_of(self._other)}]"

    async def __call__(self, call: Call) -> Any:
        try:
            return await call()
        except Exception as error:
            if _is_permanent(error) or not call.replayable:
                raise
            return await call.on(self._other)()


class _Bulkhead:
    __slots__ = ("_places", "_room", "_running")

    name = "bulkhead"

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._running = 0

    async def __call__(self, call: Call) -> Any:
        if self._running >= self._room:
            raise _refused(call, f"is busy with {self._running} calls", "bulkhead_full")
        self._running += 1
        try:
            async with self._places:
                return await call()
        finally:
            self._running -= 1


def _not_empty(result: Any, call: Call) -> Any:
    if result == "":
        raise _refused(call, "answered no id", "no_id")
    return result


def _is_permanent(error: Exception) -> bool:
    return isinstance(error, ArlenServicesError) and error.permanent


def _exhausted(call: Call, attempts: int, error: Exception) -> RetriesExhausted:
    name = name_of(call.adapter)
    return RetriesExhausted(
        f"{call.operation} of {name} failed {attempts} times; last: {error}",
        code="retries_exhausted",
        details={"attempt_count": attempts, "adapter": name, "operation": call.operation},
    )


def _refused(call: Call, reason: str, code: str) -> ArlenServicesError:
    name = name_of(call.adapter)
    return ArlenServicesError(
        f"{call.operation} of {name} {reason}; try again later",
        code=code,
        details={"adapter": name, "operation": call.operation},
    )
