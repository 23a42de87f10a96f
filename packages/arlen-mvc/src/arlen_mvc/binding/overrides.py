"""Dependencies replaced by others, for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any


class Overrides(MutableMapping[Any, Callable[..., Any]]):
    """The function that is called instead of the one that ``Depends`` names, or for a type that is provided.

    ``changed`` is called after every change: what was composed from the old functions has to be composed anew.
    """

    __slots__ = ("_changed", "_functions")

    def __init__(self, changed: Callable[[], None]) -> None:
        self._functions: dict[Any, Callable[..., Any]] = {}
        self._changed = changed

    def __getitem__(self, key: Any) -> Callable[..., Any]:
        return self._functions[key]

    def __setitem__(self, key: Any, function: Callable[..., Any]) -> None:
        self._functions[key] = function
        self._changed()

    def __delitem__(self, key: Any) -> None:
        del self._functions[key]
        self._changed()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    @contextmanager
    def replaced(self, key: Any, function: Callable[..., Any]) -> Iterator[None]:
        """Have it replaced inside of the ``with`` block; afterwards it is as it was before."""
        before = self._functions.get(key)
        self[key] = function
        try:
            yield
        finally:
            if before is None:
                del self[key]
            else:
                self[key] = before
