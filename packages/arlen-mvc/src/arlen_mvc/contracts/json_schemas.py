"""Nodes as JSON Schema (draft 2020-12), for those who call a route."""

from __future__ import annotations

from typing import Any

from arlen_mvc.operations import Schema

from .node import ABSENT, Node
from .shapes import AnyObject, Elements, Fields


def schema_of(node: Node) -> Schema:
    """What a caller has to know of a value; transformers are not told."""
    schema: dict[str, Any] = {"type": node.shape.kind}
    schema |= {rule.keyword: rule.limit for rule in node.rules}
    schema |= _parts(node)
    if node.choices is not None:
        schema["enum"] = list(node.choices.values)
    if node.default is not ABSENT:
        schema["default"] = node.default
    if node.notes.title:
        schema["title"] = node.notes.title
    if node.notes.description:
        schema["description"] = node.notes.description
    if node.notes.example is not ABSENT:
        schema["examples"] = [node.notes.example]
    return schema


def object_schema(members: tuple[tuple[str, Node], ...]) -> Schema:
    """An object of these members."""
    schema: dict[str, Any] = {"type": "object", "properties": {name: schema_of(node) for name, node in members}}
    if required := [name for name, node in members if needed(node)]:
        schema["required"] = required
    return schema


def needed(node: Node) -> bool:
    """Whether a caller has to send it: what has a default may be left out."""
    return node.required and node.default is ABSENT


def _parts(node: Node) -> Schema:
    match node.shape:
        case Fields(members):
            return object_schema(members)
        case AnyObject(required) if required:
            return {"required": list(required)}
        case Elements(Node() as element):
            return {"items": schema_of(element)}
    return {}
