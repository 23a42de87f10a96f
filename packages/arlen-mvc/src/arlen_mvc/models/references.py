"""Named schemas of a library, put among those that there are already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arlen_mvc.operations import Components, Schema

TEMPLATE = "#/components/schemas/"


def with_components(schema: Schema, named: Mapping[str, Schema], components: Components) -> Schema:
    """The schema with its named parts kept in ``components``; a name that another schema has is changed everywhere."""
    names = {name: _free_name(name, part, components) for name, part in named.items()}
    for name, part in named.items():
        components[names[name]] = _renamed(part, names)
    renamed: Schema = _renamed(schema, names)
    return renamed


def _free_name(name: str, schema: Schema, components: Components) -> str:
    candidate, number = name, 1
    while components.get(candidate, schema) != schema:
        number += 1
        candidate = f"{name}_{number}"
    return candidate


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, Mapping):
        return {key: _renamed(value, names) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_renamed(value, names) for value in schema]
    if isinstance(schema, str) and schema.startswith(TEMPLATE):
        name = schema.removeprefix(TEMPLATE)
        return f"{TEMPLATE}{names.get(name, name)}"
    return schema
