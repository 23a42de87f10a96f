"""The laws of translators: what holds for every adapter that arlen-services and its users look texts up with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import pytest
from arlen_services.errors import LocalizationError

__all__ = ["TranslatorContract"]

ENGLISH = {"greeting": "Hello %{name}", "farewell": "Goodbye"}
SPANISH = {"greeting": "Hola %{name}"}


class TranslatorContract(ABC):
    """Inherit from this class in a test module and say in `make_translator` what to test; pytest does the rest."""

    @abstractmethod
    def make_translator(self) -> Any:
        """A new translator without texts, which falls back to ``en``."""

    def _ready(self) -> Any:
        translator = self.make_translator()
        assert isinstance(translator.adapter_name, str)
        translator.register(ENGLISH, "en")
        translator.register(SPANISH, "es")
        return translator

    @pytest.mark.parametrize(
        ("key", "asked", "wanted"),
        [
            ("greeting", {"locale": "es"}, "Hola %{name}"),
            ("farewell", {"locale": "es"}, "Goodbye"),
            ("farewell", {"locale": "fr"}, "Goodbye"),
            ("greeting", {"locale": "fr", "fallback": "es"}, "Hola %{name}"),
            ("farewell", {"locale": "fr", "fallback": "es", "default": "x"}, "x"),
            ("greeting", {}, "Hello %{name}"),
            ("greeting", {"locale": " "}, "Hello %{name}"),
            ("greeting", {"locale": "", "fallback": "es"}, "Hola %{name}"),
            ("greeting", {"locale": " ES_mx "}, "Hola %{name}"),
            (" greeting ", {"locale": "es"}, "Hola %{name}"),
            ("nothing", {"locale": "es"}, "nothing"),
            ("nothing", {"locale": "es", "default": ""}, ""),
            ("nothing", {"locale": "es", "default": "Text"}, "Text"),
            ("", {"default": "Text"}, "Text"),
            (" ", {}, ""),
        ],
    )
    def test_a_text_is_found_in_the_locale_its_fallback_the_default_or_is_the_key(
        self, key: str, asked: dict[str, str], wanted: str
    ) -> None:
        assert self._ready().translate(key, **asked) == wanted

    @pytest.mark.parametrize(
        ("text", "arguments", "wanted"),
        [
            ("%{a} and %{b}", {"a": 1, "b": None}, "1 and None"),
            ("%{a} %{a}", {"a": "x"}, "x x"),
            ("%{a} %{unknown}", {"a": "x", "unused": "y"}, "x %{unknown}"),
            ("%{a}", {"a": "%{b}", "b": "never"}, "%{b}"),
            ("100 % {a} %%{a}", {"a": "x"}, "100 % {a} %x"),
            ("%{a", {"a": "x"}, "%{a"),
        ],
    )
    def test_places_are_filled_in_one_pass(self, text: str, arguments: dict[str, object], wanted: str) -> None:
        translator = self._ready()
        translator.register({"text": text}, "en")
        assert translator.translate("text", args=arguments) == wanted
        assert translator.translate("nothing", default=text, args=arguments) == wanted

    def test_registration_adds_and_the_later_text_wins(self) -> None:
        translator = self._ready()
        translator.register({"farewell": "Bye", " trimmed ": 7, "": "x", " ": "x", 3: "x"}, "EN")
        assert translator.translate("greeting", locale="en") == "Hello %{name}"
        assert translator.translate("farewell") == "Bye"
        assert translator.translate("trimmed") == "7"
        assert translator.available_locales() == ["en", "es"]

    def test_registered_texts_are_detached(self) -> None:
        translator = self.make_translator()
        texts = {"a": "first", "inner": {"b": "first"}}
        translator.register(texts, "en")
        texts["a"] = texts["inner"]["b"] = "second"  # type: ignore[index]
        assert (translator.translate("a"), translator.translate("inner.b")) == ("first", "first")

    def test_locales_are_normalised_and_sorted(self) -> None:
        translator = self._ready()
        translator.register({"a": "b"}, " pt_BR ")
        assert translator.available_locales() == ["en", "es", "pt-br"]
        assert translator.translate("a", locale="PT-br") == "b"

    @pytest.mark.parametrize("locale", ["", " ", None])
    def test_a_blank_locale_is_refused(self, locale: Any) -> None:
        translator = self._ready()
        with pytest.raises(LocalizationError) as refusal:
            translator.register({"a": "b"}, locale)
        assert refusal.value.code == "locale_blank"
        assert translator.available_locales() == ["en", "es"]
