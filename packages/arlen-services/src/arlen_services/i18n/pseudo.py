"""A locale for looking at: every text accented, longer, and in brackets, so that what is not translated stands out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ACCENTS = str.maketrans("AEINOUYaceinouy", "ÀÉÎÑÖÛÝåçéîñöûý")
_KEPT = re.compile(r"(%\{[^}]*\}|<[^>]*>|&\w+;)")


def pseudo(text: str) -> str:
    """``[Ĥéļļö ~~]`` of ``Hello``: places, tags and entities stay, the length grows by a third."""
    parts = _KEPT.split(text)
    shown = "".join(part if number % 2 else part.translate(_ACCENTS) for number, part in enumerate(parts))
    return f"[{shown} {'~' * max(1, len(text) // 3)}]"


def pseudo_translations(translations: Mapping[str, Any]) -> dict[str, Any]:
    """The same translations in the pseudo-locale; register them under a name such as ``en-xa``."""
    return {
        key: pseudo_translations(value) if isinstance(value, Mapping) else pseudo(str(value))
        for key, value in translations.items()
    }
