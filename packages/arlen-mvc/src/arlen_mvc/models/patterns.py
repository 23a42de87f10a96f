"""Regular expressions in models that may be run on texts of any length."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import inspect as kinds


def unbounded_patterns(kind: kinds.Type) -> Iterator[str]:
    """The patterns of strings, anywhere in a type, that have no ``max_length`` beside them."""
    seen: set[int] = set()
    waiting: list[kinds.Type] = [kind]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, kinds.StrType) and each.pattern is not None and each.max_length is None:
            yield each.pattern
        waiting += [field.type for field in getattr(each, "fields", ())]
        waiting += [*getattr(each, "types", ()), *getattr(each, "item_types", ())]
        inside = ("type", "item_type", "key_type", "value_type")
        waiting += [below for name in inside if isinstance(below := getattr(each, name, None), kinds.Type)]
