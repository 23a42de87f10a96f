"""Translations of this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arlen_services.errors import LocalizationError

from .entry import Entry, entries, single
from .locale import chain, current_locale, normalize
from .missing import POLICIES, MissingName
from .numbers import RULES, write

CONTEXT = "\x04"
"""Stands between the context and the key of an entry, as in gettext."""


class MemoryTranslator:
    """A ``Translator`` over texts that were registered, from code or from files (`load_catalogues`).

    A locale looks in itself, in its parents (``es-mx``, ``es``), in its explicit chain, then in the same way in the
    fallback (``default_fallback`` where none is given). Without a locale the one that `use_locale` made current counts,
    without that the fallback.

    Args:
        chains: further locales to look in, by locale: ``{"pt-br": ["pt-pt", "es"]}``.
        missing: about a key that nothing has a text for: ``ignore``, ``log``, ``mark`` or ``raise``.
    """

    __slots__ = ("_catalogues", "_chains", "_missing", "_orders", "adapter_name", "default_fallback")

    def __init__(
        self,
        *,
        default_fallback: str = "en",
        chains: Mapping[str, Sequence[str]] | None = None,
        missing: MissingName = "ignore",
        adapter_name: str = "in_memory_i18n",
    ) -> None:
        self.adapter_name = adapter_name
        self.default_fallback = normalize(default_fallback) or "en"
        self._chains = {normalize(locale): tuple(others) for locale, others in (chains or {}).items()}
        self._missing = POLICIES[missing]
        self._catalogues: dict[str, dict[str, Entry]] = {}
        self._orders: dict[tuple[str, str], tuple[str, ...]] = {}

    def register(self, translations: Mapping[str, object], locale: str) -> None:
        name = normalize(locale)
        if not name:
            raise LocalizationError(
                "the locale of these translations is blank; name one, such as en", code="locale_blank", permanent=True
            )
        added = entries(translations)  # type: ignore[arg-type]
        self._catalogues = {**self._catalogues, name: {**self._catalogues.get(name, {}), **added}}

    def replace(self, catalogues: Mapping[str, Mapping[str, object]]) -> None:
        """Forget every text and register these, by locale, in one step: a reader sees the old or the new ones."""
        self._catalogues = {normalize(locale): entries(texts) for locale, texts in catalogues.items()}  # type: ignore[arg-type]

    def translate(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, object] | None = None,
        *,
        context: str = "",
    ) -> str:
        """As the protocol says; ``context`` tells two meanings of one key apart (``msgctxt`` of gettext).

        Raises:
            LocalizationError: code ``translation_missing`` where that is asked for, ``value_not_writable`` for an
                argument that its place cannot write, such as a text as a number.
            MissingDependencyError: a plural or a typed place is used without the extra ``i18n``.
        """
        name = key.strip() if isinstance(key, str) else ""
        if not name:
            return default or ""
        last = normalize(fallback) or self.default_fallback
        wanted = normalize(locale) or current_locale() or last
        given = args or {}
        entry, found_in = self._find(f"{context}{CONTEXT}{name}" if context else name, wanted, last)
        if entry is None:
            shown = single(name if default is None else default).text.fill(given, wanted, write)
            return self._missing(name, wanted, shown)
        return entry.choose(given, found_in, RULES).fill(given, found_in, write)

    def available_locales(self) -> list[str]:
        return sorted(self._catalogues)

    def catalogue(self, locale: str) -> Mapping[str, Entry]:
        """The entries of a locale, without those of others."""
        return dict(self._catalogues.get(normalize(locale), {}))

    def _find(self, key: str, locale: str, fallback: str) -> tuple[Entry | None, str]:
        order = self._orders.get((locale, fallback))
        if order is None:
            order = chain(locale, fallback, self._chains)
            if len(self._orders) < 1000:
                self._orders[(locale, fallback)] = order
        catalogues = self._catalogues
        for name in order:
            entry = catalogues.get(name, {}).get(key)
            if entry is not None:
                return entry, name
        return None, locale
