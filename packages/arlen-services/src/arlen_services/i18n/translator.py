"""The protocol of everything that translates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class Translator(Protocol):
    """Looks texts up; synchronous, for templates call it. Safe for threads."""

    @property
    def adapter_name(self) -> str:
        """What it is called in logs."""

    def register(self, translations: Mapping[str, object], locale: str) -> None:
        """Add texts to a locale; later ones win. Mappings in it give dotted keys or plural forms.

        Raises:
            LocalizationError: code ``locale_blank``.
        """

    def translate(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, object] | None = None,
    ) -> str:
        """The text of a key: in the locale, in its fallback, else ``default``, else the key itself.

        ``%{name}`` is replaced by the argument of that name; ``count`` chooses among plural forms.
        """

    def available_locales(self) -> list[str]:
        """The locales that have texts, sorted."""
