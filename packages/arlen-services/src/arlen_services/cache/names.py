"""Names in a cache: what is accepted as one, and how namespaces nest."""

from __future__ import annotations

from collections.abc import Iterable

from arlen_services.errors import CacheError

SEPARATORS = frozenset("|#")
"""What stores put between a namespace and the rest of a name."""


def checked_key(key: str) -> str:
    """The key without the blanks around it. Raises CacheError ``blank_key``."""
    key = key.strip()
    if not key:
        raise CacheError("the key of a cache entry is blank; give it a name", code="blank_key", permanent=True)
    return key


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once. Raises CacheError ``blank_tag``."""
    names = tuple(dict.fromkeys(tag.strip() for tag in tags))
    if "" in names:
        raise CacheError("the tag of a cache entry is blank; give it a name", code="blank_tag", permanent=True)
    return names


def nested(outer: str, name: str) -> str:
    """The namespace ``name`` within ``outer``. Raises CacheError ``blank_namespace`` or ``invalid_namespace``."""
    name = name.strip()
    if not name:
        raise CacheError("the namespace of a cache is blank; give it a name", code="blank_namespace", permanent=True)
    if SEPARATORS & set(name):
        raise CacheError(
            f'the namespace "{name}" of a cache has "|" or "#" in it, which stores need; leave them out',
            code="invalid_namespace",
            details={"namespace": name},
            permanent=True,
        )
    return f"{outer}:{name}" if outer else name
