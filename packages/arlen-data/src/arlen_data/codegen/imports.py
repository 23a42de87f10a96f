"""The import statements of generated code."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from .layout import WIDTH


def import_lines(wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Statements for pairs of module and name: the standard library, then Arlen, then the package itself."""
    groups: dict[int, list[str]] = {}
    for module, pairs in groupby(sorted(set(wanted), key=_order), key=lambda pair: pair[0]):
        groups.setdefault(_floor(module), []).extend(_statement(module, [name for _, name in pairs]))
    return [line for number in sorted(groups) for line in (*groups[number], "")][:-1]


def _statement(module: str, names: list[str]) -> list[str]:
    renamed = [f"from {module} import {name}" for name in names if " as " in name]
    names = [name for name in names if " as " not in name]
    return [*renamed, *(_plain(module, names) if names else [])]


def _plain(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _order(pair: tuple[str, str]) -> tuple[int, str, int, str]:
    module, name = pair
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return _floor(module), module, kind, name


def _floor(module: str) -> int:
    return 2 if module.startswith(".") else 1 if module.startswith("arlen_data") else 0
