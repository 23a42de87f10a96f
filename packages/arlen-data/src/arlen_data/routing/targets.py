"""The databases that a router knows, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from arlen_data.errors import RouterError

A = TypeVar("A")


def checked_targets(targets: Mapping[str, A], protocol: type[A]) -> Mapping[str, A]:
    """A read-only copy of the adapters by name.

    Raises:
        RouterError: code ``invalid_argument``.
    """
    if not targets:
        raise RouterError("a router needs at least one target", code="invalid_argument")
    for name, adapter in targets.items():
        if not isinstance(name, str) or not name:
            raise _invalid(f"the name of a target is a string that is not empty, not {name!r}", name)
        if not isinstance(adapter, protocol):
            raise _invalid(f"the target {name} is a {type(adapter).__name__}, which is no adapter of a database", name)
    return MappingProxyType(dict(targets))


def checked_readers(reader: str | Mapping[str, float], targets: Mapping[str, object]) -> Mapping[str, float]:
    """The weights of the targets for reads; a single name stands for itself.

    Raises:
        RouterError: ``invalid_argument``, ``missing_adapter``.
    """
    weights = {reader: 1.0} if isinstance(reader, str) else dict(reader)
    if not weights:
        raise RouterError("a router needs a target for reads", code="invalid_argument")
    for name, weight in weights.items():
        checked_default(name, targets)
        if not 0 < weight < float("inf"):
            raise _invalid(f"the weight of the target {name} is more than 0, not {weight!r}", name)
    return weights


def checked_default(name: str, targets: Mapping[str, object]) -> str:
    """The name of a target that is there.

    Raises:
        RouterError: ``invalid_argument``, ``missing_adapter``.
    """
    if not isinstance(name, str) or not name:
        raise _invalid(f"a default target is named by a string that is not empty, not {name!r}", name)
    if name not in targets:
        raise RouterError(
            f"the default target {name} is not among the targets: {', '.join(sorted(targets))}",
            code="missing_adapter",
            details={"target": name},
        )
    return name


def _invalid(message: str, target: object) -> RouterError:
    return RouterError(message, code="invalid_argument", details={"target": target})
