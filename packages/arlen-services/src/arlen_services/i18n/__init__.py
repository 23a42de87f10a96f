"""Localization: texts by key and locale, plurals, formats, catalogues in files.

`Formats` and `direction` need the extra ``i18n`` and are imported from `arlen_services.i18n.format`; plurals, typed
places and ``.po`` files need it when they are used.
"""

from .catalogues import Catalogues, load_catalogues
from .html import Markup, translate_html
from .lazy import LazyText
from .locale import current_locale, normalize, use_locale
from .memory import MemoryTranslator
from .negotiation import accepted, negotiate
from .pseudo import pseudo_translations
from .translator import Translator

__all__ = [
    "Catalogues",
    "LazyText",
    "Markup",
    "MemoryTranslator",
    "Translator",
    "accepted",
    "current_locale",
    "load_catalogues",
    "negotiate",
    "normalize",
    "pseudo_translations",
    "translate_html",
    "use_locale",
]
