"""What to do about a key that no locale knows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from arlen_services.errors import LocalizationError

MissingName: TypeAlias = Literal["ignore", "log", "mark", "raise"]
OnMissing: TypeAlias = Callable[[str, str, str], str]
"""Is given the key, the locale and the text that would be shown; gives the text to show."""

_log = logging.getLogger("arlen.services.i18n")


def ignore(key: str, locale: str, shown: str) -> str:
    """Show the default, or the key."""
    return shown


def log(key: str, locale: str, shown: str) -> str:
    """The same, with a warning."""
    _log.warning("a translation is missing", extra={"key": key, "locale": locale})
    return shown


def mark(key: str, locale: str, shown: str) -> str:
    """Make it visible on the page."""
    return f"[{locale}: {shown}]"


def refuse(key: str, locale: str, shown: str) -> str:
    """Fail, as tests want it.

    Raises:
        LocalizationError: code ``translation_missing``.
    """
    raise LocalizationError(
        f"no translation of {key!r} for {locale}; add it to a catalogue",
        code="translation_missing",
        details={"key": key, "locale": locale},
        permanent=True,
    )


POLICIES: Mapping[str, OnMissing] = {"ignore": ignore, "log": log, "mark": mark, "raise": refuse}
