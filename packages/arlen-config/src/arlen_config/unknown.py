"""Keys that no section has claimed, and what their author probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from .source import Key


def unclaimed(values: Mapping[str, object], keys: Collection[Key], tables: Collection[Key]) -> Iterator[Key]:
    """The outermost keys of the tree that are neither among the claimed keys nor a part of the claimed tables."""
    pending: list[tuple[Key, object]] = [((), values)]
    while pending:
        around, value = pending.pop(0)
        for name, inner in _members(value):
            key = (*around, name)
            if key in tables:
                pending.append((key, inner))
            elif key not in keys:
                yield key


def nearest(key: str, known: Collection[str]) -> str | None:
    """The known key that a dotted key most likely means: a similar name in its table, or its name in another table."""
    from difflib import get_close_matches

    table, _, name = key.rpartition(".")
    siblings = {other.rpartition(".")[2]: other for other in known if other.rpartition(".")[0] == table}
    similar = [siblings[match] for match in get_close_matches(name, siblings, n=1)]
    elsewhere = [other for other in known if other.rpartition(".")[2] == name]
    return next(iter(similar + elsewhere), None)


def suggestion(meant: str | None) -> str:
    """What to do about an unknown key."""
    return f"did you mean {meant}?" if meant else "remove it, or claim its table with config.section"


def _members(value: object) -> Iterator[tuple[str | int, object]]:
    match value:
        case Mapping():
            yield from value.items()
        case list() | tuple():
            yield from enumerate(value)
