"""Everything that is wrong with a value, found by walking it beside the type that msgspec refused it for.

msgspec stops at the first fault. Its own decoder stays the judge of every part; the walk only takes the value apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import inspect as kinds

from arlen_mvc.errors import FieldError

from .kinds import BARE, annotation_of, explain, json_kind, json_kinds_of, plain
from .pieces import Piece

MAX_ERRORS = 100
MAX_PARTS = 10_000

_WHERE = re.compile(r" - at `(?:key` in `)?\$(.*)`$")


class Faults:
    """The faults of one value. At most 100 are listed, and at most 10,000 parts of the value are looked at.

    ``root`` is the field of what is wrong with the value as a whole; ``visits`` counts the parts.
    """

    __slots__ = ("_annotations", "_root", "errors", "visits")

    def __init__(self, root: str) -> None:
        self.errors: list[FieldError] = []
        self._root = root
        self.visits = 0
        self._annotations: dict[int, Any] = {}

    def find(self, kind: kinds.Type, piece: Piece, path: str = "") -> None:
        """Look at a part of the value and whatever is below it."""
        self.visits += 1
        if self.visits > MAX_PARTS or len(self.errors) >= MAX_ERRORS:
            return
        refusal = piece.refusal(self._annotation(kind))
        if refusal is None:
            return
        known, kind = len(self.errors), plain(kind)
        walk = _WALKS.get(type(kind))
        if walk is not None:
            walk(self, kind, piece, path)
        if len(self.errors) == known:
            below = _WHERE.search(refusal)
            value = piece.read_as(BARE[type(kind)]) if type(kind) in BARE else piece.plain
            self._add(path + below[1] if below else path, *explain(kind, value, refusal))

    def _annotation(self, kind: kinds.Type) -> Any:
        try:
            return self._annotations[id(kind)]
        except KeyError:
            annotation = self._annotations[id(kind)] = annotation_of(kind)
            return annotation

    def _add(self, path: str, code: str, message: str, type_name: str) -> None:
        field = path.removeprefix(".") or self._root
        self.errors.append(FieldError(field, code, message, {"type": type_name}))

    def _members(self, kind: Any, piece: Piece, path: str) -> None:
        members = piece.members([(field.name, field.encode_name) for field in kind.fields])
        if members is None:
            return
        for field in kind.fields:
            below = f"{path}.{field.encode_name}"
            if field.encode_name in members:
                self.find(field.type, members[field.encode_name], below)
            elif field.required:
                self._add(below, "missing", "is required", "missing")

    def _struct(self, kind: kinds.StructType, piece: Piece, path: str) -> None:
        if kind.array_like:
            self._positions([field.type for field in kind.fields], piece, path, 0 if kind.tag_field is None else 1)
            return
        self._members(kind, piece, path)
        members = piece.members(())
        if members is None:
            return
        if kind.tag_field is not None and kind.tag_field in members and members[kind.tag_field].plain != kind.tag:
            self._add(f"{path}.{kind.tag_field}", "invalid_enum", "must be one of the allowed values", "tag")
        if kind.forbid_unknown_fields:
            known = {field.encode_name for field in kind.fields} | {kind.tag_field}
            for name in members.keys() - known:
                self._add(f"{path}.{name}", "unknown_field", "is not a known field", "unknown_field")

    def _named_tuple(self, kind: kinds.NamedTupleType, piece: Piece, path: str) -> None:
        self._positions([field.type for field in kind.fields], piece, path, 0)

    def _tuple(self, kind: kinds.TupleType, piece: Piece, path: str) -> None:
        self._positions(kind.item_types, piece, path, 0)

    def _positions(self, item_kinds: Sequence[kinds.Type], piece: Piece, path: str, first: int) -> None:
        items = piece.items()
        for number, (item_kind, item) in enumerate(zip(item_kinds, (items or [])[first:], strict=False), first):
            self.find(item_kind, item, f"{path}[{number}]")

    def _items(self, kind: Any, piece: Piece, path: str) -> None:
        for number, item in enumerate(piece.items() or ()):
            if self.visits > MAX_PARTS or len(self.errors) >= MAX_ERRORS:
                return
            self.find(kind.item_type, item, f"{path}[{number}]")

    def _entries(self, kind: kinds.DictType, piece: Piece, path: str) -> None:
        key_annotation = self._annotation(kind.key_type)
        for key, value in (piece.members(()) or {}).items():
            if self.visits > MAX_PARTS or len(self.errors) >= MAX_ERRORS:
                return
            if piece.key_refusal(key, key_annotation) is not None:
                self._add(f"{path}.{key}", "invalid_key", "is not a valid key", "key")
            self.find(kind.value_type, value, f"{path}.{key}")

    def _union(self, kind: kinds.UnionType, piece: Piece, path: str) -> None:
        wanted = json_kind(piece.plain)
        choices = [each for each in map(plain, kind.types) if wanted in json_kinds_of(each)]
        tagged = [each for each in choices if isinstance(each, kinds.StructType) and each.tag_field is not None]
        if tagged:
            choices = [*self._tagged(tagged, piece, path)]
        elif not choices:
            others = [each for each in map(plain, kind.types) if not isinstance(each, kinds.NoneType)]
            choices = others if len(others) == 1 else []
        if len(choices) == 1:
            self.find(choices[0], piece, path)

    def _tagged(self, structs: list[kinds.StructType], piece: Piece, path: str) -> list[kinds.StructType]:
        """The one that the value says it is; a fault when it says nothing, or something else."""
        place = structs[0].tag_field
        if structs[0].array_like:
            items = piece.items() or []
            tag, below = (items[0] if items else None), f"{path}[0]"
        else:
            tag, below = (piece.members(()) or {}).get(place or ""), f"{path}.{place}"
        if tag is None:
            self._add(below, "missing", "is required", "missing")
            return []
        chosen = [struct for struct in structs if struct.tag == tag.plain]
        if not chosen:
            self._add(below, "invalid_enum", "must be one of the allowed values", "tag")
        return chosen


_WALKS: Mapping[type[kinds.Type], Callable[[Faults, Any, Piece, str], None]] = {
    kinds.StructType: Faults._struct,
    kinds.DataclassType: Faults._members,
    kinds.TypedDictType: Faults._members,
    kinds.NamedTupleType: Faults._named_tuple,
    kinds.TupleType: Faults._tuple,
    kinds.ListType: Faults._items,
    kinds.SetType: Faults._items,
    kinds.FrozenSetType: Faults._items,
    kinds.VarTupleType: Faults._items,
    kinds.DictType: Faults._entries,
    kinds.UnionType: Faults._union,
}
