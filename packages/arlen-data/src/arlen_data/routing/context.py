"""The context of routing that the running code is in, such as the request that it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_ambient: ContextVar[Mapping[str, object]] = ContextVar("arlen_data_routing", default={})  # noqa: B039


@contextmanager
def routing_context(**context: object) -> Iterator[None]:
    """Say for a whole block, the tasks that it starts included, what every call of a router is about.

    Routers know ``stickiness_scope``, ``tenant`` and ``shard``; a ``route_target_resolver`` may know more. What a call
    says itself, or a block inside, comes first.
    """
    token = _ambient.set({**_ambient.get(), **context})
    try:
        yield
    finally:
        _ambient.reset(token)


def in_context(context: Mapping[str, object] | None) -> Mapping[str, object]:
    """What is known for a call with this context of its own."""
    return {**_ambient.get(), **context} if context else _ambient.get()
