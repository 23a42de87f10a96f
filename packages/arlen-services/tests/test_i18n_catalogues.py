"""Texts in files: TOML, JSON and gettext; what is broken, what changed."""

import asyncio
import os

import pytest
from arlen_services.errors import LocalizationError
from arlen_services.i18n import Catalogues, MemoryTranslator, load_catalogues

PO = """
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Hello %{name}"
msgstr "Cześć %{name}"

msgctxt "month"
msgid "May"
msgstr "Maj"

msgid "%{count} file"
msgid_plural "%{count} files"
msgstr[0] "%{count} plik"
msgstr[1] "%{count} pliki"
msgstr[2] "%{count} plików"

#, fuzzy
msgid "Unsure"
msgstr "Niepewne"

msgid "Untranslated"
msgstr ""
"""


def loaded(directory):
    translator = MemoryTranslator()
    asyncio.run(load_catalogues(directory, translator))
    return translator


def test_nested_tables_become_dotted_keys_and_plurals(tmp_path):
    (tmp_path / "de.toml").write_text(
        'title = "Laden"\n[cart]\nempty = "Leer"\nitems = { one = "%{count} Ding", other = "%{count} Dinge" }\n'
    )
    (tmp_path / "pt_BR.json").write_text('{"cart": {"empty": "Vazio"}}')
    translator = loaded(tmp_path)
    assert translator.translate("title", locale="de") == "Laden"
    assert translator.translate("cart.empty", locale="pt-BR") == "Vazio"
    assert translator.translate("cart.items", locale="de", args={"count": 2}) == "2 Dinge"
    assert translator.available_locales() == ["de", "pt-br"]


def check_polish(translator):
    def t(key, **asked):
        return translator.translate(key, locale="pl", **asked)

    assert t("Hello %{name}", args={"name": "Kim"}) == "Cześć Kim"
    assert (t("May", context="month"), t("May")) == ("Maj", "May")
    counted = [t("%{count} file", args={"count": count}) for count in (1, 2, 5, 22)]
    assert counted == ["1 plik", "2 pliki", "5 plików", "22 pliki"]
    assert (t("Unsure"), t("Untranslated")) == ("Unsure", "Untranslated")


@pytest.mark.parametrize("place", ["pl.po", "pl/messages.po", "pl/LC_MESSAGES/messages.po"])
def test_a_gettext_source_is_read_where_it_lies(tmp_path, place):
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(PO, "utf-8")
    check_polish(loaded(tmp_path))


def test_a_compiled_catalogue_says_the_same_and_needs_no_babel(tmp_path, import_blocker):
    from arlen_services.i18n.babel import read_catalogue, write_catalogue

    (tmp_path / "pl.po").write_text(PO, "utf-8")
    write_catalogue(read_catalogue(tmp_path / "pl.po", "pl"), tmp_path / "pl.mo")
    (tmp_path / "pl.po").unlink()
    import_blocker("babel")
    check_polish(loaded(tmp_path))


def test_the_newer_of_source_and_compiled_catalogue_is_read(tmp_path):
    from arlen_services.i18n.babel import read_catalogue, write_catalogue

    source, compiled = tmp_path / "pl.po", tmp_path / "pl.mo"
    source.write_text(PO, "utf-8")
    write_catalogue(read_catalogue(source, "pl"), compiled)
    source.write_text(PO.replace("Maj", "Nowy"), "utf-8")
    for moment, wanted in ((1, "Maj"), (9, "Nowy")):
        os.utime(source, (moment, moment))
        os.utime(compiled, (5, 5))
        assert loaded(tmp_path).translate("May", locale="pl", context="month") == wanted


def test_another_domain_stands_before_its_keys(tmp_path):
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "shop.toml").write_text('title = "Laden"')
    translator = loaded(tmp_path)
    assert translator.translate("shop:title", locale="de") == "Laden"
    assert translator.translate("title", locale="de") == "title"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("de.toml", "title ="),
        ("de.json", "{"),
        ("de.json", "[]"),
        ("de.po", 'nonsense "a"'),
        ("de.mo", "no catalogue"),
        ("de.toml", b"a = '\xff'"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, text):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LocalizationError, match=name) as caught:
        loaded(tmp_path)
    assert (caught.value.code, caught.value.details) == ("catalogue_malformed", {"path": str(tmp_path / name)})


def test_files_are_read_again_when_they_changed_and_only_then(tmp_path):
    async def scenario():
        translator = MemoryTranslator()
        catalogues = Catalogues(tmp_path, translator)
        (tmp_path / "de.toml").write_text('a = "eins"')
        assert (await catalogues.load(), await catalogues.load()) == (True, False)
        (tmp_path / "de.toml").write_text('b = "zwei!"')
        assert await catalogues.load() is True
        assert (translator.translate("a", locale="de"), translator.translate("b", locale="de")) == ("a", "zwei!")
        (tmp_path / "de.toml").write_text("broken")
        with pytest.raises(LocalizationError):
            await catalogues.load()
        assert translator.translate("b", locale="de") == "zwei!"
        (tmp_path / "de.toml").unlink()
        assert await catalogues.load() is True
        assert translator.available_locales() == []

    asyncio.run(scenario())
