"""The context's part in texts: which locale a request wants, and texts in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arlen_mvc.context.answers import Answers

from .locales import accepted, looked_up, normalised
from .translator import Translator


@dataclass(frozen=True, slots=True)
class ChosenLocale:
    """The locale of a request."""

    name: str


class TextShortcuts(Answers):
    """Texts in the language of whoever asks."""

    __slots__ = ()

    @property
    def i18n(self) -> Translator:
        """The application's texts."""
        return self.get(Translator)  # type: ignore[type-abstract]

    @property
    def locale(self) -> str:
        """The locale of this request: that of the path or query parameter, of the cookie, or of ``Accept-Language``,
        the first that there are texts for; otherwise the default. Assign another one to answer in that.

        What it was found by is told in ``Vary``.
        """
        chosen = self.kept(ChosenLocale) or self.keep(ChosenLocale, ChosenLocale(self._chosen_locale()))
        return chosen.name

    @locale.setter
    def locale(self, locale: str) -> None:
        self.keep(ChosenLocale, ChosenLocale(normalised(locale)))

    def t(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> str:
        """The text of this key in the request's locale; ``values`` and ``args`` fill its ``%{name}`` places."""
        fallback = fallback or self.runtime.settings.i18n.fallback_locale
        return self.i18n.translate(key, locale or self.locale, fallback, default, {**values, **(args or {})})

    def _chosen_locale(self) -> str:
        settings = self.runtime.settings.i18n
        available = self.i18n.available_locales()
        if settings.parameter:
            named = self.path_params.get(settings.parameter) or self.request.query.get(settings.parameter)
            found = looked_up(str(named), available) if named else None
            if found is not None:
                return found
        if settings.cookie:
            self.response.headers.add_vary("Cookie")
            named = self.request.cookies.get(settings.cookie)
            found = looked_up(named, available) if named else None
            if found is not None:
                return found
        self.response.headers.add_vary("Accept-Language")
        header = self.request.headers.get("accept-language")
        return (accepted(header, available) if header else None) or normalised(settings.default_locale)
