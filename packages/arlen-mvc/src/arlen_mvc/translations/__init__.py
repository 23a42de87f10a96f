"""Texts in the languages of an application's users."""

from __future__ import annotations

from .translations import Translations
from .translator import Translator

__all__ = ["Translations", "Translator"]
