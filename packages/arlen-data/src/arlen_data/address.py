"""Which database a URL or a path means."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TypeAlias

from .location import Location
from .postgres.address import PostgresAddress

Address: TypeAlias = Location | PostgresAddress

_POSTGRES_URL = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://", re.IGNORECASE)
_KEYWORDS = re.compile(r"\s*\w+\s*=")


def address_of(
    url: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None = None,
    password_provider: Callable[[], str] | None = None,
) -> Address:
    """The address in a URL, a libpq keyword string (``host=… dbname=…``) or the path of a SQLite file.

    Raises:
        InvalidArgumentError: code ``unsupported_url``.
    """
    if isinstance(url, str):
        scheme = _POSTGRES_URL.match(url)
        if scheme:
            return PostgresAddress(f"postgresql://{url[scheme.end() :]}", password_provider)
        if _KEYWORDS.match(url):
            return PostgresAddress(url, password_provider)
    return Location.parse(url, root=root)
