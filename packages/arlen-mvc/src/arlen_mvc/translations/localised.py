"""The part of an application that has texts in several languages."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from arlen_mvc.errors import Mistake
from arlen_mvc.resources import Resources
from arlen_mvc.settings import Settings

from .catalogues import read_catalogues
from .following import FollowingTranslations
from .translations import Translations
from .translator import Translator


class Localised(ABC):
    """Texts by key and locale."""

    settings: Settings
    _resources: Resources

    @cached_property
    def i18n(self) -> Translations:
        """The texts that were registered, or read from ``config/locales``; in development as the files are by now."""
        table = self.settings.i18n
        if self.settings.environment == "development":
            return FollowingTranslations(
                self.settings.root / table.directory, table.default_locale, table.fallback_locale
            )
        return Translations(table.default_locale, table.fallback_locale)

    def t(
        self,
        key: str,
        locale: str | None = None,
        fallback: str | None = None,
        default: str | None = None,
        args: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> str:
        """The text of this key, outside of a request: in the default locale unless another is named."""
        table = self.settings.i18n
        translator: Translator = self._resources.value(Translator) if Translator in self._resources else self.i18n  # type: ignore[type-abstract]
        arguments = {**values, **(args or {})}
        return translator.translate(
            key, locale or table.default_locale, fallback or table.fallback_locale, default, arguments
        )


def localise(translations: Translations, resources: Resources, settings: Settings) -> list[Mistake]:
    """Read the catalogues of an application, and let requests have its texts; gives what is wrong with the files."""
    if Translator not in resources:
        resources.provide(Translator, translations, "app")
    catalogues, mistakes = read_catalogues(settings.root / settings.i18n.directory)
    translations.load(catalogues)
    return mistakes
