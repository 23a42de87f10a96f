"""The way of a catalogue, from the sources to the compiled file; and what a check finds."""

import subprocess
import sys

import pytest
from arlen_services.__main__ import main
from arlen_services.i18n.entry import entries
from arlen_services.i18n.extraction import uses_in
from arlen_services.i18n.review import Finding, review

PROGRAM = """
def page(t, _, ngettext, pgettext, n, name):
    t("cart.empty")
    ctx.t('cart.title', name=name)
    _("Hello %{name}")
    ngettext("%{count} file", "%{count} files", n)
    pgettext("month", "May")
    LazyText(translator, "lazy.key")
    not_t("no.key")
    t(name)
"""
TEMPLATE = "<h1>{{ t('page.title') }}</h1>\n<p>{{ ctx.t(\"page.text\", name=user) }} {{ format('no.key') }}</p>"


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "pages.py").write_text(PROGRAM)
    (tmp_path / "app" / "page.html").write_text(TEMPLATE)
    (tmp_path / "app" / "__pycache__").mkdir()
    (tmp_path / "app" / "__pycache__" / "old.py").write_text("t('old')")
    return tmp_path


def test_the_keys_of_programs_and_templates_are_found(program):
    uses = [(use.path.name, use.line, use.key, use.plural) for use in uses_in(["app"])]
    assert uses == [
        ("page.html", 1, "page.title", ""),
        ("page.html", 2, "page.text", ""),
        ("pages.py", 3, "cart.empty", ""),
        ("pages.py", 4, "cart.title", ""),
        ("pages.py", 5, "Hello %{name}", ""),
        ("pages.py", 6, "%{count} file", "%{count} files"),
        ("pages.py", 7, "month\x04May", ""),
        ("pages.py", 8, "lazy.key", ""),
    ]


def test_a_catalogue_goes_from_the_sources_to_the_compiled_file(program, capsys):
    from arlen_services.i18n.catalogues import CatalogueFile, read_texts

    assert main(["i18n", "extract", "--source", "app"]) == 0
    assert main(["i18n", "init", "de", "pt_BR"]) == 0
    source = program / "locales" / "de" / "LC_MESSAGES" / "messages.po"
    text = source.read_text("utf-8")
    assert 'msgctxt "month"' in text
    assert "nplurals=2" in text
    source.write_text(text.replace('msgid "cart.empty"\nmsgstr ""', 'msgid "cart.empty"\nmsgstr "Leer"'), "utf-8")

    (program / "app" / "pages.py").write_text(PROGRAM.replace("cart.title", "cart.heading"))
    assert main(["i18n", "extract", "--source", "app"]) == 0
    assert main(["i18n", "update"]) == 0
    updated = source.read_text("utf-8")
    assert 'msgid "cart.heading"' in updated
    assert '#~ msgid "cart.title"' in updated or "#, fuzzy" in updated
    assert 'msgstr "Leer"' in updated

    assert main(["i18n", "compile"]) == 0
    texts = read_texts(CatalogueFile(source.with_suffix(".mo"), "de", "messages"))
    assert [text.source for text in texts["cart.empty"].texts()] == ["Leer"]
    capsys.readouterr()
    assert main(["i18n", "init", "de"]) == 2
    assert capsys.readouterr().err.startswith("catalogue_exists: ")


def test_a_check_prints_what_it_finds_and_fails(program, capsys):
    locales = program / "locales"
    locales.mkdir()
    (locales / "en.toml").write_text('a = "Hello %{name}"\nb = "x"\n')
    (locales / "de.toml").write_text('a = "Hallo %{nmae}"\n')
    assert main(["i18n", "check"]) == 1
    assert capsys.readouterr().out.splitlines() == ["missing: de: b", "placeholders: de: a (%{name}, %{nmae})"]
    (locales / "de.toml").write_text('a = "Hallo %{name}"\nb = "y"\n')
    assert main(["i18n", "check"]) == 0
    assert main(["i18n", "check", "--source", "app"]) == 1
    assert "unused: de: b" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("catalogues", "used", "wanted"),
    [
        ({"en": {"a": "x"}, "de": {"a": "y"}}, None, []),
        ({"en": {"a": "x"}, "de": {}}, None, [Finding("missing", "de", "a")]),
        ({"en": {"a": "x"}, "de": {"a": "y"}, "de-at": {}}, None, []),
        (
            {"en": {"a": "x"}, "de": {"a": "y"}},
            {"a", "b"},
            [Finding("missing", "de", "b"), Finding("missing", "en", "b")],
        ),
        ({"en": {"a": "x", "b": "x"}}, {"a"}, [Finding("unused", "en", "b")]),
        ({"de": {"Hi %{name}": "Hallo"}}, None, []),
        ({"de": {"Hi %{name}": "Hallo"}}, {"Hi %{name}"}, [Finding("placeholders", "de", "Hi %{name}", "%{name}")]),
        (
            {"en": {"n": {"one": "one", "other": "%{count} of %{x}"}}, "ja": {"n": {"other": "%{x}"}}},
            None,
            [],
        ),
        (
            {"en": {"n": {"other": "%{count} of %{x}"}}, "ja": {"n": {"other": "%{count}"}}},
            None,
            [Finding("placeholders", "ja", "n", "%{x}")],
        ),
    ],
)
def test_a_review_names_what_is_missing_unused_or_different(catalogues, used, wanted):
    assert review({locale: entries(texts) for locale, texts in catalogues.items()}, used=used) == wanted


def test_the_program_runs_as_a_module(program):
    command = [sys.executable, "-m", "arlen_services", "i18n", "extract", "--source", "app"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "locales/messages.pot: 8 keys\n", "")
