"""What each kind of database can do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_EVERYWHERE = (
    "cte",
    "recursive_cte",
    "set_operations",
    "window_clauses",
    "on_conflict",
    "builder_compilation_cache",
    "builder_diagnostics",
)
_POSTGRES_ONLY = ("lateral_join", "for_update", "skip_locked")


def _capabilities(dialect: str, *, locks: bool) -> Mapping[str, object]:
    flags = dict.fromkeys(_EVERYWHERE, True) | dict.fromkeys(_POSTGRES_ONLY, locks)
    return MappingProxyType(
        {"adapter": dialect, "dialect": dialect, **{f"supports_{name}": there for name, there in flags.items()}}
    )


_CAPABILITIES = {
    "postgresql": _capabilities("postgresql", locks=True),
    "sqlite": _capabilities("sqlite", locks=False),
}


def capabilities_of(dialect: str) -> Mapping[str, object]:
    """The capability metadata of ``postgresql`` or ``sqlite``."""
    return _CAPABILITIES[dialect]
