"""Models: typed classes that request bodies, forms and queries become, and that answers are made from."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from arlen_mvc.operations import Components

from .model import BOUNDS, Model

__all__ = ["BOUNDS", "Model", "is_model", "members_of", "mentions_model", "model_of"]


def model_of(annotation: Any) -> Model:
    """The model of a type, made by the library that knows it: pydantic where its classes are mentioned, else msgspec.

    It is made once for each type.

    Raises:
        TypeError: no library can read the type; the message says why.
        MissingDependencyError: ``missing_dependency``; pydantic is wanted, and it is not installed.
    """
    try:
        hash(annotation)
    except TypeError:
        return _made(annotation)
    return _kept(annotation)


def _made(annotation: Any) -> Model:
    if any(map(_is_pydantic, _mentioned(annotation))):
        from .pydantic import PydanticModel

        return PydanticModel(annotation)
    from .msgspec import MsgspecModel

    return MsgspecModel(annotation)


_kept = lru_cache(maxsize=1024)(_made)


def is_model(kind: Any) -> bool:
    """Whether it is a class with declared members: a Struct, dataclass, TypedDict, attrs or pydantic class."""
    origin = typing.get_origin(kind) or kind
    return isinstance(origin, type) and (
        dataclasses.is_dataclass(origin)
        or typing.is_typeddict(origin)
        or any(hasattr(origin, mark) for mark in ("__struct_fields__", "__attrs_attrs__"))
        or _is_pydantic(origin)
    )


def mentions_model(annotation: Any) -> bool:
    """Whether it is one, or a container or union of some."""
    return any(map(is_model, _mentioned(annotation)))


def members_of(model: Model) -> dict[str, dict[str, Any]]:
    """The names of the members of an object, each with its JSON Schema; empty for what is no object."""
    components = Components()
    schema = dict(model.schema(components))
    while "$ref" in schema:
        schema = dict(components[schema["$ref"].rpartition("/")[2]])
    return dict(schema.get("properties", {}))


def _is_pydantic(kind: Any) -> bool:
    return isinstance(kind, type) and (hasattr(kind, "__pydantic_validator__") or hasattr(kind, "__pydantic_fields__"))


def _mentioned(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in typing.get_args(annotation):
        if not isinstance(argument, str | bytes | int):
            yield from _mentioned(argument)
