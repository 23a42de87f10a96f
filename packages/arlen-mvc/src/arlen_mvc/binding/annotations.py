"""Annotations taken apart: ``Annotated``, ``Optional`` and what is inside."""

from __future__ import annotations

import types
import typing
from typing import Annotated, Any


def bare(annotation: Any) -> tuple[Any, tuple[object, ...]]:
    """``Annotated[T, x, y]`` as ``(T, (x, y))``; anything else with nothing said about it."""
    if typing.get_origin(annotation) is Annotated:
        inner, *metadata = typing.get_args(annotation)
        return inner, tuple(metadata)
    return annotation, ()


def without_none(annotation: Any) -> tuple[Any, bool]:
    """``T | None`` as ``(T, True)``; anything else as it is."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, False
    members = [member for member in typing.get_args(annotation) if member is not type(None)]
    optional = len(members) < len(typing.get_args(annotation))
    return (members[0] if len(members) == 1 else typing.Union[tuple(members)]), optional  # noqa: UP007
