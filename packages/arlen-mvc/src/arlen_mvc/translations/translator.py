"""What gives texts their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Translator(Protocol):
    """Finds texts by key. Another one takes over by ``app.provide(Translator, mine)``."""

    def translate(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> str:
        """The text of the key in the locale, else in the fallback locale, else ``default``, else the key itself."""
        ...

    def available_locales(self) -> list[str]:
        """The locales that there are texts for, normalised and sorted."""
        ...
