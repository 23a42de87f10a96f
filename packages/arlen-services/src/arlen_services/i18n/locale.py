"""Names of locales, in which order they stand in for each other, and the one that is current."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("arlen_locale", default="")


def normalize(locale: object) -> str:
    """``pt-br`` for ``pt_BR``, ``PT-br`` or ``" pt_BR "``; empty for what is no text."""
    return locale.strip().lower().replace("_", "-") if isinstance(locale, str) else ""


def with_parents(locale: str) -> list[str]:
    """A normalised locale and what it is a kind of: ``zh-hant-tw``, ``zh-hant``, ``zh``."""
    parts = locale.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def chain(locale: str, fallback: str, chains: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Where to look, in order: the locale and its parents, its explicit chain, the fallback in the same way."""
    order: list[str] = []
    for start in (locale, fallback):
        for name in with_parents(start) if start else ():
            order.append(name)
            order += [parent for other in chains.get(name, ()) for parent in with_parents(normalize(other))]
    return tuple(dict.fromkeys(order))


def current_locale() -> str:
    """The locale of this task, empty where none is set."""
    return _current.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Make a locale current for the block and the tasks that are started in it."""
    token = _current.set(normalize(locale))
    try:
        yield
    finally:
        _current.reset(token)
