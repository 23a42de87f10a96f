"""Which database a command is about, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from arlen_data.migrations.files import DEFAULT_TARGET


class Source(NamedTuple):
    """The address of a database, and where it was found: ``--dsn``, a variable, or a configuration.

    Attributes:
        url: the address.
        name: where it was found.
        root: the directory at which a relative path of it starts; None for the working directory.
    """

    url: str
    name: str
    root: Path | None = None


def address_for(target: str, dsn: str | None, environment: Mapping[str, str]) -> Source | None:
    """The first that says something: the option, the target's own variable, those for every target."""
    own = [] if target == DEFAULT_TARGET else [f"ARLEN_DATABASE_URL_{target.upper()}"]
    variables = [*own, "ARLEN_DATABASE_URL", "DATABASE_URL"]
    sources = [Source(dsn or "", "--dsn"), *(Source(environment.get(name, ""), name) for name in variables)]
    return next((source for source in sources if source.url.strip()), None)
