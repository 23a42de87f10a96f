"""The table ``[i18n]``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LocalisationSettings:
    """``[i18n]``"""

    default_locale: str = field(
        default="en", metadata={"env": "ARLEN_I18N_DEFAULT_LOCALE", "doc": "locale where nothing says otherwise"}
    )
    fallback_locale: str = field(
        default="en",
        metadata={"env": "ARLEN_I18N_FALLBACK_LOCALE", "doc": "locale of texts that the wanted one does not have"},
    )
    directory: str = field(
        default="config/locales",
        metadata={"doc": "directory of catalogues such as de.toml, relative to the application root"},
    )
    parameter: str = field(
        default="locale", metadata={"doc": "path or query parameter that chooses the locale; empty: none does"}
    )
    cookie: str = field(default="locale", metadata={"doc": "cookie that chooses the locale; empty: none does"})
