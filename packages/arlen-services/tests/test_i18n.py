"""Texts by key and locale: the contract, chains, plurals, typed places, HTML, lazy texts, what is missing."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from arlen_services.errors import LocalizationError, MissingDependencyError
from arlen_services.i18n import (
    LazyText,
    Markup,
    MemoryTranslator,
    Translator,
    accepted,
    current_locale,
    negotiate,
    normalize,
    pseudo_translations,
    translate_html,
    use_locale,
)
from arlen_services.i18n.format import Formats, direction
from arlen_testkit.contracts.i18n import TranslatorContract
from hypothesis import given
from hypothesis import strategies as st


class TestMemoryTranslator(TranslatorContract):
    def make_translator(self):
        return MemoryTranslator()


class Sticky(MemoryTranslator):
    def register(self, translations, locale):
        if normalize(locale) not in self.available_locales():
            super().register(translations, locale)


class Twice(MemoryTranslator):
    def translate(self, key, **asked):
        once = super().translate(key, **asked)
        return super().translate("", default=once) if not asked.get("args") else fill(once, asked["args"])


class Lost(MemoryTranslator):
    def translate(self, key, locale=None, fallback=None, default=None, args=None):
        return super().translate(key, locale, None, default, args)


class Unsorted(MemoryTranslator):
    def available_locales(self):
        return sorted(super().available_locales(), reverse=True)


class Lax(MemoryTranslator):
    def register(self, translations, locale):
        super().register(translations, normalize(locale) or "en")


def fill(text, arguments):
    translator = MemoryTranslator()
    translator.register({"x": text}, "en")
    return translator.translate("x", args=arguments)


@pytest.mark.parametrize(
    ("broken", "law", "arguments"),
    [
        (Sticky, "registration_adds_and_the_later_text_wins", ()),
        (Twice, "places_are_filled_in_one_pass", ("%{a}", {"a": "%{b}", "b": "never"}, "%{b}")),
        (
            Lost,
            "a_text_is_found_in_the_locale_its_fallback_the_default_or_is_the_key",
            ("greeting", {"locale": "fr", "fallback": "es"}, "Hola %{name}"),
        ),
        (Unsorted, "locales_are_normalised_and_sorted", ()),
        (Lax, "a_blank_locale_is_refused", ("",)),
    ],
)
def test_the_contract_notices_a_broken_translator(broken, law, arguments):
    class Suite(TranslatorContract):
        def make_translator(self):
            return broken()

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(Suite(), f"test_{law}")(*arguments)


@pytest.fixture
def translator():
    made = MemoryTranslator(chains={"pt-br": ["es"], "gsw": ["de_CH"]})
    made.register({"yes": "yes", "only": "English"}, "en")
    made.register({"yes": "sí", "spanish": "español"}, "es")
    made.register({"yes": "sí (MX)"}, "es-MX")
    made.register({"yes": "sim"}, "pt")
    made.register({"yes": "ja"}, "de")
    return made


def test_a_translator_is_recognised(translator):
    assert isinstance(translator, Translator)


@pytest.mark.parametrize(
    ("locale", "key", "wanted"),
    [
        ("es-mx", "yes", "sí (MX)"),
        ("es-mx", "spanish", "español"),
        ("es-mx", "only", "English"),
        ("pt-br", "yes", "sí"),
        ("pt-br", "spanish", "español"),
        ("gsw", "yes", "ja"),
        ("de-at-1996", "yes", "ja"),
    ],
)
def test_a_locale_looks_in_its_parents_its_chain_and_the_fallback(translator, locale, key, wanted):
    assert translator.translate(key, locale=locale) == wanted


def test_the_current_locale_counts_where_none_is_given(translator):
    assert translator.translate("yes") == "yes"
    with use_locale("de_DE"):
        assert (current_locale(), translator.translate("yes")) == ("de-de", "ja")
        assert translator.translate("yes", locale="es") == "sí"
    assert current_locale() == ""


PLURALS = {
    "en": {"one": "%{count} file", "other": "%{count} files", "=0": "no file"},
    "fr": {"one": "%{count} fichier", "other": "%{count} fichiers"},
    "ru": {"one": "%{count} файл", "few": "%{count} файла", "many": "%{count} файлов", "other": "%{count} файла."},
    "pl": {"one": "%{count} plik", "few": "%{count} pliki", "many": "%{count} plików", "other": "%{count} pliku"},
    "ar": {"zero": "z", "one": "o", "two": "t", "few": "f", "many": "m", "other": "x"},
    "ja": {"other": "%{count}"},
    "de": {"other": "%{count} Dateien"},
}


@pytest.mark.parametrize(
    ("locale", "count", "wanted"),
    [
        ("en", 0, "no file"),
        ("en", 1, "1 file"),
        ("en-gb", 2, "2 files"),
        ("en", 1.5, "1.5 files"),
        ("fr", 0, "0 fichier"),
        ("fr", 2, "2 fichiers"),
        ("ru", 1, "1 файл"),
        ("ru", 3, "3 файла"),
        ("ru", 5, "5 файлов"),
        ("ru", 21, "21 файл"),
        ("ru", Decimal("1.5"), "1.5 файла."),
        ("pl", 22, "22 pliki"),
        ("pl", 12, "12 plików"),
        ("ar", 0, "z"),
        ("ar", 2, "t"),
        ("ar", 5, "f"),
        ("ar", 11, "m"),
        ("ar", 100, "x"),
        ("ja", 1, "1"),
        ("de", 1, "1 Dateien"),
    ],
)
def test_a_number_chooses_the_plural_form_of_the_language(locale, count, wanted):
    translator = MemoryTranslator()
    for name, forms in PLURALS.items():
        translator.register({"files": forms}, name)
    assert translator.translate("files", locale=locale, args={"count": count}) == wanted


@pytest.mark.parametrize(("n", "wanted"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")])
def test_an_ordinal_has_forms_of_its_own(n, wanted):
    translator = MemoryTranslator()
    forms = {"one": "%{count}st", "two": "%{count}nd", "few": "%{count}rd", "other": "%{count}th"}
    translator.register({"place": {"ordinal": forms}}, "en")
    assert translator.translate("place", args={"count": n}) == wanted


def test_without_a_number_the_other_form_is_shown_and_a_senseless_one_is_refused():
    translator = MemoryTranslator()
    translator.register({"files": PLURALS["en"]}, "en")
    assert translator.translate("files") == "%{count} files"
    with pytest.raises(LocalizationError) as caught:
        translator.translate("files", args={"count": "many"})
    assert caught.value.code == "value_not_writable"


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("%{v:number}", 1234.5, "1.234,5"),
        ("%{v:number(0.00)}", 1, "1,00"),
        ("%{v:percent}", 0.25, "25\xa0%"),
        ("%{v:currency(EUR)}", 9.5, "9,50\xa0€"),
        ("%{v:date}", date(2026, 11, 22), "22.11.2026"),
        ("%{v:date(full)}", date(2026, 11, 22), "Sonntag, 22. November 2026"),
        ("%{v:datetime(short)}", datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "22.11.26, 09:05"),
        ("%{v:time}", datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "09:05"),
        ("%{v:list}", ["a", "b", 3], "a, b und 3"),
        ("%{v:list(or)}", ["a", "b"], "a oder b"),
        ("%{v:unit(length-kilometer)}", 3, "3 Kilometer"),
        ("%{v:colour}", 1, "%{v:colour}"),
        ("%{ v : number }", 1000, "1.000"),
    ],
)
def test_a_place_may_say_how_its_value_is_written(text, value, wanted):
    translator = MemoryTranslator()
    translator.register({"x": text}, "de")
    assert translator.translate("x", locale="de-DE", args={"v": value}) == wanted


@pytest.mark.parametrize(("text", "value"), [("%{v:number}", "x"), ("%{v:date}", 3j), ("%{v:unit(no)}", 3)])
def test_a_value_that_its_place_cannot_write_is_refused(text, value):
    translator = MemoryTranslator()
    translator.register({"x": text}, "en")
    with pytest.raises(LocalizationError) as caught:
        translator.translate("x", args={"v": value})
    assert caught.value.code == "value_not_writable"


def test_formats_know_the_zone_and_the_current_locale():
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    formats = Formats("de", ZoneInfo("Europe/Berlin"))
    assert formats.datetime(noon, "short") == "01.07.26, 14:00"
    assert formats.time(noon) == "14:00"
    with use_locale("fr"):
        assert Formats().currency(1, "EUR") == "1,00\xa0€"
    assert Formats("zz-unknown").number(1000) == "1,000"


@pytest.mark.parametrize(("locale", "wanted"), [("ar-eg", "rtl"), ("he", "rtl"), ("de", "ltr"), ("zz", "ltr")])
def test_a_text_runs_in_a_direction(locale, wanted):
    assert direction(locale) == wanted


@pytest.mark.parametrize(("missing", "shown"), [("ignore", "gone"), ("log", "gone"), ("mark", "[de: gone]")])
def test_a_missing_key_is_treated_as_told(missing, shown, caplog):
    translator = MemoryTranslator(missing=missing)
    assert translator.translate("gone", locale="de") == shown
    assert [(record.key, record.locale) for record in caplog.records] == ([("gone", "de")] if missing == "log" else [])


def test_a_missing_key_may_be_an_error():
    with pytest.raises(LocalizationError) as caught:
        MemoryTranslator(missing="raise").translate("gone", locale="de", default="x")
    assert (caught.value.code, caught.value.details) == ("translation_missing", {"key": "gone", "locale": "de"})


def test_a_context_tells_two_meanings_apart():
    translator = MemoryTranslator()
    translator.register({"month\x04May": "Mai", "May": "darf"}, "de")
    assert translator.translate("May", locale="de", context="month") == "Mai"
    assert translator.translate("May", locale="de") == "darf"


@pytest.mark.parametrize(
    ("key", "arguments", "wanted"),
    [
        ("plain", {"name": "<i>"}, "a &lt; b &lt;i&gt;"),
        ("plain", {"name": Markup("<i>x</i>")}, "a &lt; b <i>x</i>"),
        ("rich_html", {"name": "<i>"}, "<b>&lt;i&gt;</b>"),
        ("rich_html", {"name": Markup("<i>x</i>")}, "<b><i>x</i></b>"),
        ("rich_html", {"name": 7}, "<b>7</b>"),
    ],
)
def test_in_html_only_markup_is_markup(key, arguments, wanted):
    translator = MemoryTranslator()
    translator.register({"plain": "a < b %{name}", "rich_html": "<b>%{name}</b>"}, "en")
    shown = translate_html(translator, key, args=arguments)
    assert (shown, shown.__html__()) == (wanted, wanted)


def test_a_lazy_text_is_translated_when_it_is_shown(translator):
    text = LazyText(translator, "yes")
    assert f"{text}" == "yes"
    with use_locale("de"):
        assert (str(text), f"{text:>4}") == ("ja", "  ja")


def test_the_pseudo_locale_keeps_places_and_tags():
    shown = pseudo_translations({"a": "Hello <b>%{name}</b>", "inner": {"other": "Bye"}})
    assert "<b>%{name}</b>" in shown["a"]
    assert shown["a"].startswith("[Héllö")
    assert shown["inner"]["other"].startswith("[Býé")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("de-CH, de;q=0.9, en;q=0.8", "de"),
        ("fr, *;q=0.1", "en"),
        ("pt", "pt-br"),
        ("en;q=0.1, es;q=0.9", "es"),
        ("es;q=0, de;q=0.5", "de"),
        ("", "en"),
        ("tlh", "en"),
        (";;;,q=,=;q=x", "en"),
    ],
)
def test_the_best_locale_on_offer_is_negotiated(header, wanted):
    assert negotiate(accepted(header), ["en", "de", "es", "pt_BR"]) == wanted


def test_what_comes_first_in_the_order_of_the_application_wins():
    assert negotiate(["", "es", *accepted("de")], ["de", "es"]) == "es"


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=5), st.text(max_size=10), max_size=3))
def test_no_text_and_no_argument_breaks_a_translation(text, arguments):
    translator = MemoryTranslator()
    translator.register({"x": text}, "en")
    shown = translator.translate("x", args=arguments)
    if "%{" not in text:
        assert shown == text


def test_readers_see_whole_catalogues_while_others_register():
    translator = MemoryTranslator()
    translator.register({"a": "0", "b": "0"}, "en")
    ended, seen = threading.Event(), set()

    def read():
        while not ended.is_set():
            seen.add(translator.translate("a"))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(300):
        translator.register({"a": str(number), f"k{number}": "x"}, "en")
    ended.set()
    reader.join()
    assert seen <= {str(number) for number in range(300)}
    assert len(translator.catalogue("en")) == 302


def test_without_babel_plain_texts_work_and_plurals_name_the_extra(import_blocker):
    import_blocker("babel", forget=["arlen_services.i18n"])
    from arlen_services.i18n import MemoryTranslator

    translator = MemoryTranslator()
    translator.register({"hi": "Hi %{name}", "files": {"other": "files"}}, "en")
    assert translator.translate("hi", args={"name": "Kim"}) == "Hi Kim"
    with pytest.raises(MissingDependencyError, match=r"arlen-services\[i18n\]"):
        translator.translate("files", args={"count": 1})
