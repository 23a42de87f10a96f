"""An environment with fewer packages: blocked names cannot be imported, as if they were not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["import_blocker"]


@contextmanager
def import_blocker(*names: str, forget: Sequence[str] = ()) -> Iterator[None]:
    """Within the block, importing one of ``names`` (or anything below it) raises ``ModuleNotFoundError``.

    ``importlib.util.find_spec`` answers ``None`` for them, and modules of those names that are already imported are
    forgotten. Afterwards everything is as it was, the very same module objects included.

    A module that has already bound a blocked package keeps it. Name such modules in ``forget``: within the block they
    are imported afresh, and so meet the absence; afterwards the original ones are back.

    >>> with import_blocker("orjson", forget=["arlen_http"]):
    ...     import arlen_http.json  # falls back to the standard library
    """
    absent = _Prefixes((*names, *forget))
    hidden = absent.take_from_modules()
    finders = list(sys.meta_path)
    sys.meta_path[:] = [_Blind(finder, _Prefixes(names)) for finder in finders]
    try:
        yield
    finally:
        added = [finder for finder in sys.meta_path if not isinstance(finder, _Blind)]
        sys.meta_path[:] = [*added, *finders]
        absent.take_from_modules()
        _put_back(hidden)


class _Prefixes(tuple[str, ...]):
    """Dotted names, each standing for itself and all below it."""

    __slots__ = ()

    def cover(self, module: str) -> bool:
        return any(module == name or module.startswith(f"{name}.") for name in self)

    def take_from_modules(self) -> dict[str, ModuleType]:
        taken = {name: sys.modules.pop(name) for name in list(sys.modules) if self.cover(name)}
        for name, module in taken.items():
            parent, child = _binding(name)
            if parent.get(child) is module:
                del parent[child]
        return taken


def _put_back(modules: dict[str, ModuleType]) -> None:
    sys.modules.update(modules)
    for name, module in modules.items():
        parent, child = _binding(name)
        parent.setdefault(child, module)


def _binding(name: str) -> tuple[dict[str, Any], str]:
    """Where ``from parent import child`` would find a module: the parent's namespace and the name in it."""
    parent, _, child = name.rpartition(".")
    return (vars(sys.modules[parent]) if parent in sys.modules else {}), child


class _Blind:
    """A finder that does not see some names and otherwise is the finder that it stands before."""

    def __init__(self, finder: Any, names: _Prefixes) -> None:
        self._finder = finder
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if self._names.cover(fullname) else self._finder.find_spec(fullname, path, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)
