"""Which members of the family are installed, and in which versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

FAMILY = (
    "arlen",
    "arlen-cli",
    "arlen-config",
    "arlen-data",
    "arlen-http",
    "arlen-mvc",
    "arlen-propane",
    "arlen-realtime",
    "arlen-router",
    "arlen-services",
    "arlen-testkit",
)


@dataclass(frozen=True, slots=True)
class Versions:
    """The installed distributions by name, and the interpreter that would run them."""

    python: str
    packages: Mapping[str, str]

    def text(self) -> str:
        return "\n".join(f"{name} {number}" for name, number in [*self.packages.items(), ("python", self.python)])

    def payload(self) -> dict[str, object]:
        return {"packages": dict(self.packages), "python": self.python}


def installed_versions() -> Versions:
    """The versions found in this environment; a member that is not installed is not listed."""
    found = {name: number for name in FAMILY if (number := _version_of(name)) is not None}
    return Versions(python=platform.python_version(), packages=found)


def _version_of(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
