"""The texts of one application, by locale and key."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from arlen_mvc.errors import ArlenMVCError

from .catalogues import flattened
from .locales import normalised

_logger = logging.getLogger("arlen")

_PLACEHOLDER = re.compile(r"%\{(\w+)\}")
_MOST_MISSING = 1000


class Translations:
    """Catalogues, and what was looked for in them without success.

    ``default_locale`` and ``fallback_locale`` count where a call names none.
    """

    __slots__ = ("_catalogues", "_missing", "_registered", "default_locale", "fallback_locale")

    def __init__(self, default_locale: str = "en", fallback_locale: str = "en") -> None:
        self.default_locale = normalised(default_locale)
        self.fallback_locale = normalised(fallback_locale)
        self._registered: dict[str, dict[str, str]] = {}
        self._catalogues: dict[str, dict[str, str]] = {}
        self._missing: dict[tuple[str, str], None] = {}

    def register(self, translations: Mapping[str, Any], locale: str) -> None:
        """Add texts, over those that the locale has; nested mappings make dotted keys, values become text.

        Raises:
            ArlenMVCError: ``invalid_locale``, the locale is empty.
        """
        name = _named(locale)
        self._registered[name] = self._registered.get(name, {}) | flattened(translations)
        self._catalogues[name] = self._catalogues.get(name, {}) | self._registered[name]

    def load(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        """Take these texts from files, below those that were registered, and forget what came from files before."""
        texts: dict[str, dict[str, str]] = {}
        for shelf in (catalogues, self._registered):
            for locale, more in shelf.items():
                texts.setdefault(_named(locale), {}).update(more)
        self._catalogues = texts

    def available_locales(self) -> list[str]:
        """The locales that there are texts for, normalised and sorted."""
        return sorted(self._catalogues)

    def translate(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> str:
        """The text of the key in the locale, in the language of the locale (``de`` for ``de-at``), in the fallback
        locale; else ``default``, else the key. ``%{name}`` takes its value from ``args``, if there is one.
        """
        if not key:
            return default or ""
        wanted = normalised(locale) if locale else self.default_locale
        text = self._text(key, wanted, normalised(fallback) if fallback else self.fallback_locale)
        if text is None:
            self._note_missing(wanted, key)
            text = key if default is None else default
        if not args or "%{" not in text:
            return text
        return _PLACEHOLDER.sub(lambda place: str(args[place[1]]) if place[1] in args else place[0], text)

    def missing(self) -> list[tuple[str, str]]:
        """The report of missing texts: pairs of locale and key that were asked for in vain, at most 1000, sorted."""
        return sorted(self._missing)

    def _text(self, key: str, locale: str, fallback: str) -> str | None:
        for name in (locale, locale.partition("-")[0], fallback):
            text = self._catalogues.get(name, {}).get(key)
            if text is not None:
                return text
        return None

    def _note_missing(self, locale: str, key: str) -> None:
        if (locale, key) not in self._missing and len(self._missing) < _MOST_MISSING:
            self._missing[locale, key] = None
            _logger.warning("translation missing", extra={"fields": {"locale": locale, "key": key}})


def _named(locale: str) -> str:
    name = normalised(locale)
    if not name:
        raise ArlenMVCError("a catalogue needs a locale, such as en or de-AT", code="invalid_locale")
    return name
