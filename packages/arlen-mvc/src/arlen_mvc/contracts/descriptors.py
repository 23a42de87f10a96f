"""From a descriptor, as it was written down, to the node that checks values, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from .constraints import CONSTRAINTS, UnusableLimit
from .diagnostics import Diagnostic
from .faults import Faults
from .node import ABSENT, Choices, Node, Notes, Rule, Shape
from .shapes import AnyObject, Elements, Fields, Integer, Number, Text, Truth
from .transformers import Transform, normal_name, transformer_named, transformer_names

TYPES = ("string", "integer", "number", "boolean", "object", "array")
SOURCES = ("param", "path", "route", "query", "header", "body", "cookie", "form")
RESERVED = frozenset(
    (
        "type", "properties", "required", "items", "source", "default", "coerce", "enum", "transformer",
        "transformers", "description", "title", "example", *CONSTRAINTS,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What a descriptor gets from where it stands: its place, what its parent decided, whether it can have a source."""

    field: str
    coerce: bool
    required: bool = False
    sourced: bool = False


def parse_request(descriptor: Any) -> tuple[Node | None, list[Diagnostic]]:
    """The node of a request contract; strings are coerced, and members of the top level have a source."""
    return _Parser().parse(descriptor, _Inherited("request", coerce=True, required=True))


def parse_response(descriptor: Any) -> tuple[Node | None, list[Diagnostic]]:
    """The node of a response contract; nothing is coerced unless it says so."""
    return _Parser().parse(descriptor, _Inherited("response", coerce=False, required=True))


class _Parser:
    __slots__ = ("_diagnostics",)

    def __init__(self) -> None:
        self._diagnostics: list[Diagnostic] = []

    def parse(self, descriptor: Any, root: _Inherited) -> tuple[Node | None, list[Diagnostic]]:
        written = _written_out(descriptor)
        if written is None:
            self._warn(
                root.field, "schema_not_dictionary", "is neither a descriptor nor a model", _A_SCHEMA, descriptor
            )
            return None, self._diagnostics
        if not written:
            written = {"type": "object", "properties": {}}
        return self._node(written, root), self._diagnostics

    def _node(self, written: Mapping[str, Any], inherited: _Inherited) -> Node:
        coerce = written.get("coerce", inherited.coerce)
        if not isinstance(coerce, bool):
            self._warn(inherited.field, "invalid_descriptor", "coerce is neither true nor false", _A_TRUTH, written)
            coerce = inherited.coerce
        here = inherited if coerce is inherited.coerce else replace(inherited, coerce=coerce)
        members = self._members(written, here)
        kind = self._kind(written, members, here)
        shape = self._shape(kind, written, members, here)
        node = Node(
            shape,
            required=self._is_required(written, here),
            transformers=tuple(self._transformers(written, here)),
            rules=tuple(self._rules(written, kind, here)),
            choices=self._choices(written, here),
            source=self._source(written, here),
            notes=Notes(_text(written.get("title")), _text(written.get("description")), written.get("example", ABSENT)),
        )
        self._find_unknown_keys(written, members, kind, here)
        return self._with_default(node, written, here)

    def _kind(self, written: Mapping[str, Any], members: Mapping[str, Any] | None, here: _Inherited) -> str:
        if "type" not in written:
            if members is not None or "properties" in written:
                return "object"
            return "array" if "items" in written else "string"
        kind = written["type"]
        if kind not in TYPES:
            hint = _suggested(kind, TYPES)
            self._fail(here.field, "unsupported_type", f"unsupported schema type {kind!r}{hint}", _A_TYPE, written)
            return "string"
        return str(kind)

    def _shape(
        self, kind: str, written: Mapping[str, Any], members: Mapping[str, Any] | None, here: _Inherited
    ) -> Shape:
        match kind:
            case "string":
                return Text()
            case "integer":
                return Integer(here.coerce)
            case "number":
                return Number(here.coerce)
            case "boolean":
                return Truth(here.coerce)
            case "array":
                return self._elements(written, here)
        required = self._required_names(written, here)
        if members is None:
            return AnyObject(required)
        return self._fields(members, required, written, here)

    def _members(self, written: Mapping[str, Any], here: _Inherited) -> Mapping[str, Any] | None:
        """The descriptors of the members, or nothing where none are declared."""
        if "properties" in written:
            properties = written["properties"]
            if isinstance(properties, Mapping):
                return properties
            self._warn(here.field, "invalid_properties_shape", "properties is no dict", _A_DICT, written)
            return None
        if written.get("type", "object") != "object" or "items" in written:
            return None
        members = {
            name: member
            for name, member in written.items()
            if name not in RESERVED and isinstance(member, Mapping | str)
        }
        if members and "type" not in written:
            self._find_eaten_names(written, here)
        return members or None

    def _fields(
        self, members: Mapping[str, Any], required: tuple[str, ...], written: Mapping[str, Any], here: _Inherited
    ) -> Fields:
        nodes = {}
        for name in sorted(members, key=str):
            member, field = _written_out(members[name]), f"{here.field}.{name}"
            if member is None:
                self._warn(field, "invalid_descriptor", "is neither a dict nor the name of a type", _A_DICT, members)
                continue
            nodes[str(name)] = self._node(
                member, _Inherited(field, here.coerce, name in required, sourced=here.field == "request")
            )
        for name in required:
            if name not in members:
                message = f"required names {name!r}, which is not declared{_suggested(name, members)}"
                self._warn(here.field, "invalid_required_shape", message, "declare it, or leave it out", written)
        return Fields(tuple(nodes.items()))

    def _elements(self, written: Mapping[str, Any], here: _Inherited) -> Elements:
        most = written.get("maxItems")
        limit = most if isinstance(most, int) else None
        if "items" not in written:
            return Elements(None, limit)
        item = _written_out(written["items"])
        if item is None:
            message = "items is neither a dict nor the name of a type"
            self._warn(here.field, "invalid_items_shape", message, _A_DICT, written)
            return Elements(None, limit)
        needed = item.get("required") is not False
        return Elements(self._node(item, _Inherited(f"{here.field}[]", here.coerce, needed)), limit)

    def _is_required(self, written: Mapping[str, Any], here: _Inherited) -> bool:
        required = written.get("required", here.required)
        if isinstance(required, bool):
            return required or here.required
        if not _is_names(required):
            message = "required is neither true, false nor a list of names"
            self._warn(here.field, "invalid_required_shape", message, "write required: ['name', ...]", written)
        return here.required

    def _required_names(self, written: Mapping[str, Any], here: _Inherited) -> tuple[str, ...]:
        required = written.get("required", ())
        return tuple(required) if _is_names(required) else ()

    def _transformers(self, written: Mapping[str, Any], here: _Inherited) -> Iterator[tuple[str, Transform]]:
        for name in self._transformer_names(written, here):
            if not isinstance(name, str) or not name.strip():
                message = f"the name of a transformer is a text, not {name!r}"
                self._warn(here.field, "invalid_transformer_name", message, _A_TRANSFORMER, written)
            elif transform := transformer_named(name):
                yield normal_name(name), transform
            else:
                hint = _suggested(normal_name(name), transformer_names())
                message = f"there is no transformer {name!r}{hint}"
                self._fail(here.field, "invalid_transformer", message, _A_TRANSFORMER, written)

    def _transformer_names(self, written: Mapping[str, Any], here: _Inherited) -> Iterator[Any]:
        if "transformer" in written:
            if isinstance(written["transformer"], str):
                yield written["transformer"]
            else:
                message = "transformer is no text; a list is written under transformers"
                self._warn(here.field, "invalid_transformer_shape", message, _A_TRANSFORMER, written)
        if "transformers" in written:
            if isinstance(written["transformers"], list | tuple):
                yield from written["transformers"]
            else:
                message = "transformers is no list"
                self._warn(here.field, "invalid_transformers_shape", message, "write transformers: [...]", written)

    def _rules(self, written: Mapping[str, Any], kind: str, here: _Inherited) -> Iterator[Rule]:
        for keyword, constraint in CONSTRAINTS.items():
            if keyword not in written:
                continue
            if kind not in constraint.kinds:
                message = f"{keyword} says nothing about a value of type {kind}"
                self._warn(here.field, "invalid_constraint", message, f"leave out {keyword}, or mend type", written)
                continue
            try:
                yield constraint.make(written[keyword], written)
            except UnusableLimit as fault:
                message = f"{keyword} is {written[keyword]!r} and has to be {fault}"
                self._fail(here.field, "invalid_constraint", message, f"mend {keyword}", written)

    def _choices(self, written: Mapping[str, Any], here: _Inherited) -> Choices | None:
        if "enum" not in written:
            return None
        values = written["enum"]
        if isinstance(values, list | tuple) and values:
            return Choices.of(list(values))
        self._fail(here.field, "invalid_constraint", "enum is no list of values", "write enum: [...]", written)
        return None

    def _source(self, written: Mapping[str, Any], here: _Inherited) -> str:
        if "source" not in written:
            return "param"
        source = written["source"]
        if not here.sourced:
            message = "only the members of a request's top level have a source"
            self._warn(here.field, "invalid_source", message, "leave out source", written)
            return "param"
        if source not in SOURCES:
            message = f"there is no source {source!r}{_suggested(source, SOURCES)}"
            self._fail(here.field, "invalid_source", message, f"use one of {', '.join(SOURCES)}", written)
            return "param"
        return "path" if source == "route" else str(source)

    def _with_default(self, node: Node, written: Mapping[str, Any], here: _Inherited) -> Node:
        default = written.get("default")
        if default is None:
            return node
        faults = Faults()
        node.check(default, faults)
        for error in faults.errors():
            message = f"default {default!r} is not acceptable here: {error.message}"
            self._fail(here.field, "invalid_default", message, "mend the default, or what is asked of it", written)
        return replace(node, default=default)

    def _find_unknown_keys(
        self, written: Mapping[str, Any], members: Mapping[str, Any] | None, kind: str, here: _Inherited
    ) -> None:
        named = () if "properties" in written else members or ()
        for key in written:
            if key in _ONLY_FOR and _ONLY_FOR[key] != kind:
                message = f"{key} says nothing about a value of type {kind}"
                self._warn(here.field, "invalid_descriptor", message, f"leave out {key}, or mend type", written)
            elif key not in RESERVED and key not in named:
                message = f"nothing reads {key!r}{_suggested(key, RESERVED)}"
                self._warn(here.field, "invalid_descriptor", message, _NO_SUCH_KEY, written)

    def _find_eaten_names(self, written: Mapping[str, Any], here: _Inherited) -> None:
        """Members whose names are keys of descriptors are lost in the short form; say so."""
        for key, value in written.items():
            described = isinstance(value, Mapping) and key not in _OBJECT_VALUED
            if key in RESERVED and (described or value in TYPES):
                message = f"{key!r} is a key of descriptors and cannot be a member here"
                self._warn(here.field, "invalid_properties_shape", message, "write properties: {...}", written)

    def _warn(self, field: str, code: str, message: str, remedy: str, schema: Any) -> None:
        self._diagnostics.append(Diagnostic(field, "warning", code, message, remedy, schema))

    def _fail(self, field: str, code: str, message: str, remedy: str, schema: Any) -> None:
        self._diagnostics.append(Diagnostic(field, "error", code, message, remedy, schema))


_OBJECT_VALUED = frozenset(("default", "example"))
_ONLY_FOR = {"items": "array", "properties": "object"}

_A_SCHEMA = "give a dict, the name of a type, or a model class"
_A_TYPE = f"use one of {', '.join(TYPES)}"
_A_DICT = "write a dict such as {'type': 'integer'}, or just 'integer'"
_A_TRUTH = "write coerce: True or coerce: False"
_A_TRANSFORMER = "name one that exists, or call register_transformer before the application starts"
_NO_SUCH_KEY = "leave it out; members are written under properties"


def _written_out(descriptor: Any) -> Mapping[str, Any] | None:
    """A bare type name is short for a descriptor."""
    if isinstance(descriptor, str):
        return {"type": descriptor}
    return descriptor if isinstance(descriptor, Mapping) else None


def _is_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _suggested(name: Any, known: Any) -> str:
    close = get_close_matches(str(name), [str(each) for each in known], 1)
    return f"; did you mean {close[0]!r}?" if close else ""
