"""Typed values as TOML and JSON know them."""

from __future__ import annotations

import dataclasses
from enum import Enum
from pathlib import Path

from .schema import settings_of
from .secrecy import masked


def plain(value: object, *, secret: bool, reveal: bool) -> object:
    """The value made of tables, lists, strings, numbers and booleans; secrets are masked unless ``reveal``."""
    match value:
        case Enum():
            return plain(value.value, secret=secret, reveal=reveal)
        case Path():
            return str(value)
        case str():
            return str(value if reveal else masked(value, secret=secret))
        case list() | tuple():
            return [plain(item, secret=secret, reveal=reveal) for item in value]
        case dict():
            return {str(name): plain(item, secret=secret, reveal=reveal) for name, item in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return _plain_settings(value, reveal=reveal)
        case _:
            return value


def _plain_settings(settings: object, *, reveal: bool) -> dict[str, object]:
    settings_class: type = type(settings)
    declared = settings_of(settings_class)
    return {own.name: plain(getattr(settings, own.name), secret=own.secret, reveal=reveal) for own in declared}
