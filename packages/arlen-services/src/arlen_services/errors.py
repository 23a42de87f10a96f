"""What can go wrong in a service."""

from __future__ import annotations

from collections.abc import Mapping


class ArlenServicesError(Exception):
    """The base of every error that arlen-services raises.

    Attributes:
        code: a stable slug such as ``"blank_key"``.
        details: facts for programs and logs; never a cached value.
    """

    def __init__(self, message: str, *, code: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details: dict[str, object] = dict(details or {})


class CacheError(ArlenServicesError):
    """A cache refused a call. Codes: ``blank_key``, ``blank_namespace``, ``not_an_integer``, ``invalid_limit``."""
