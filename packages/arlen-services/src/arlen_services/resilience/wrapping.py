"""Any adapter with something around its operations, still of the same shape.

A wrapper has every public name of what it wraps, so it keeps its protocol, and says in ``adapter_name`` what is around
it: ``retry(timeout(s3_attachments))``. Coroutine functions are guarded; everything else goes straight through, and so
do ``open`` and ``close``. What an operation gives back, such as a namespace or a stream, is not wrapped.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from inspect import iscoroutinefunction
from typing import Any, Protocol, TypeVar, cast

A = TypeVar("A")

UNGUARDED = frozenset({"open", "close"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation."""

    adapter: Any
    operation: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def __call__(self) -> Awaitable[Any]:
        return cast(Awaitable[Any], getattr(self.adapter, self.operation)(*self.arguments, **self.options))

    def on(self, adapter: object) -> Call:
        """The same call of another adapter."""
        return Call(adapter, self.operation, self.arguments, self.options)

    @property
    def replayable(self) -> bool:
        """Whether it can be made twice: a stream or a file that was read once is at its end."""
        given = (*self.arguments, *self.options.values())
        return not any(isinstance(value, AsyncIterable) or hasattr(value, "read") for value in given)


class Guard(Protocol):
    """What is around the operations of an adapter."""

    @property
    def name(self) -> str: ...

    async def __call__(self, call: Call) -> Any: ...


def name_of(adapter: object) -> str:
    return str(getattr(adapter, "adapter_name", type(adapter).__name__))


def wrapped(adapter: A, guard: Guard) -> A:
    """The adapter with a guard around each of its operations."""
    return cast(A, _wrapper_of(cast(type, type(adapter)))(adapter, guard))


class _Wrapper:
    """The state of every wrapper."""

    __slots__ = ("_adapter", "_guard")

    def __init__(self, adapter: Any, guard: Guard) -> None:
        self._adapter = adapter
        self._guard = guard

    @property
    def adapter_name(self) -> str:
        return f"{self._guard.name}({name_of(self._adapter)})"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)


@cache
def _wrapper_of(kind: type) -> type[_Wrapper]:
    public = [name for name in dir(kind) if not name.startswith("_") and name != "adapter_name"]
    members: dict[str, object] = {name: _member(name, getattr(kind, name)) for name in public}
    return type(f"Wrapped{kind.__name__}", (_Wrapper,), {"__slots__": (), **members})


def _member(name: str, found: object) -> object:
    return _guarded(name) if iscoroutinefunction(found) and name not in UNGUARDED else _passed(name)


def _guarded(name: str) -> Callable[..., Awaitable[Any]]:
    async def operation(self: _Wrapper, *arguments: Any, **options: Any) -> Any:
        return await self._guard(Call(self._adapter, name, arguments, options))

    operation.__name__ = name
    return operation


def _passed(name: str) -> property:
    return property(lambda self: getattr(self._adapter, name))
