"""Texts in several languages: where they come from, which one is chosen, what is missing."""

import pytest
from arlen_mvc import Application, ApplicationError, ArlenMVCError
from arlen_mvc.translations import Translations, Translator
from arlen_mvc.translations.locales import accepted, looked_up
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def texts():
    texts = Translations("en", "en")
    texts.register({"hi": "Hello %{name}", "only": "English", "cart": {"title": "Cart", "items": 3}}, "en")
    texts.register({"hi": "Hallo %{name}", "cart.title": "Korb"}, "de")
    texts.register({"hi": "Servus %{name}"}, "de_AT")
    return texts


@pytest.mark.parametrize(
    ("key", "options", "text"),
    [
        ("hi", {"args": {"name": "Ada"}}, "Hello Ada"),
        ("hi", {"locale": "de", "args": {"name": "Ada"}}, "Hallo Ada"),
        ("hi", {"locale": "DE_at", "args": {"name": "Ada"}}, "Servus Ada"),
        ("cart.title", {"locale": "de-AT"}, "Korb"),
        ("cart.items", {}, "3"),
        ("only", {"locale": "de"}, "English"),
        ("hi", {"locale": "fr", "fallback": "de"}, "Hallo %{name}"),
        ("hi", {"args": {"other": 1}}, "Hello %{name}"),
        ("gone", {"default": "Nothing"}, "Nothing"),
        ("gone", {"default": "%{n} left", "args": {"n": 2}}, "2 left"),
        ("gone", {"default": ""}, ""),
        ("gone", {}, "gone"),
        ("", {}, ""),
        ("", {"default": "d"}, "d"),
    ],
)
def test_a_text_is_that_of_the_locale_of_its_language_of_the_fallback_or_the_default(texts, key, options, text):
    assert texts.translate(key, **options) == text


def test_a_value_is_not_read_as_a_placeholder(texts):
    assert texts.translate("hi", args={"name": "%{name}"}) == "Hello %{name}"


def test_locales_are_normalised_and_sorted(texts):
    assert texts.available_locales() == ["de", "de-at", "en"]


@pytest.mark.parametrize("locale", ["", "  "])
def test_a_catalogue_needs_a_locale(texts, locale):
    with pytest.raises(ArlenMVCError) as caught:
        texts.register({}, locale)
    assert caught.value.code == "invalid_locale"


def test_the_report_lists_each_missing_text_once_and_it_is_logged_once(texts, caplog):
    for _ in range(3):
        texts.translate("gone", "de")
        texts.translate("also.gone", "en", default="d")
    assert texts.missing() == [("de", "gone"), ("en", "also.gone")]
    assert [record.fields for record in caplog.records] == [
        {"locale": "de", "key": "gone"}, {"locale": "en", "key": "also.gone"},
    ]  # fmt: skip


def test_the_report_is_bounded(texts, caplog):
    for number in range(1500):
        texts.translate(f"gone.{number}")
    assert len(texts.missing()) == 1000


CATALOGUES = {
    "config/locales/en.toml": 'hi = "Hello %{name}"\n[cart]\ntitle = "Cart"\n',
    "config/locales/de.toml": 'hi = "Hallo %{name}"\n[cart]\ntitle = "<Korb>"\n',
    "config/locales/pt_BR.toml": 'hi = "Oi"\n',
    "templates/page.html": "{{ t('hi', name=who) }} {{ t('cart.title') }} {{ ctx.locale }}",
}


@pytest.fixture
def app(write):
    app = Application(root=write(CATALOGUES))
    app.get("/page", blocking=False)(lambda ctx: ctx.render("page", who="<Ada>"))
    app.get("/", blocking=False)(lambda ctx: ctx.locale)
    app.get("/in/{locale}", blocking=False)(lambda ctx, locale: ctx.locale)
    app.get("/twice", blocking=False)(twice)
    return app


def twice(ctx):
    return [ctx.locale, ctx.t("hi", name="x"), ctx.t("hi", "en", args={"name": "y"})]


def test_a_page_has_the_texts_of_the_request_s_locale_escaped(ask, app):
    answer = ask(app, "GET /page", headers={"accept-language": "de-AT, en;q=0.5"})
    assert answer.text == "Hallo &lt;Ada&gt; &lt;Korb&gt; de"
    assert ask(app, "GET /page").text == "Hello &lt;Ada&gt; Cart en"


@pytest.mark.parametrize(
    ("target", "headers", "locale"),
    [
        ("/", {}, "en"),
        ("/", {"accept-language": "de"}, "de"),
        ("/", {"accept-language": "fr, de;q=0.4, en;q=0.6"}, "en"),
        ("/", {"accept-language": "PT-br"}, "pt-br"),
        ("/", {"accept-language": "de;q=0, *"}, "en"),
        ("/", {"accept-language": "de;q=zero, ;;;, ,"}, "en"),
        ("/", {"accept-language": "de", "cookie": "locale=pt-BR"}, "pt-br"),
        ("/", {"accept-language": "de", "cookie": "locale=xx"}, "de"),
        ("/?locale=de", {"cookie": "locale=pt-BR"}, "de"),
        ("/?locale=../../etc", {}, "en"),
        ("/in/de", {"accept-language": "en"}, "de"),
        ("/in/xx?locale=de", {"accept-language": "en"}, "en"),
    ],
)
def test_the_locale_of_a_request(ask, app, target, headers, locale):
    assert ask(app, f"GET {target}", headers=headers).text == locale


def test_what_the_locale_was_found_by_is_told_to_caches(ask, app):
    assert ask(app, "GET /", headers={"accept-language": "de"}).headers["vary"] == "Cookie, Accept-Language"
    assert ask(app, "GET /", headers={"cookie": "locale=de"}).headers["vary"] == "Cookie"
    assert "vary" not in ask(app, "GET /in/de").headers


def test_an_action_can_choose_the_locale(ask, app):
    @app.get("/chosen", blocking=False)
    def chosen(ctx):
        ctx.locale = "de_DE"
        return [ctx.locale, ctx.t("hi", name="x")]

    assert ask(app, "GET /chosen").json == ["de-de", "Hallo x"]
    assert ask(app, "GET /twice", headers={"accept-language": "de"}).json == ["de", "Hallo x", "Hello y"]


def test_texts_that_were_registered_win_over_files_and_the_application_has_them_too(run, app):
    app.i18n.register({"hi": "Hi %{name}"}, "en")
    run(app.start())
    assert app.t("hi", name="Ada") == "Hi Ada"
    assert app.t("hi", "de", name="Ada") == "Hallo Ada"
    assert app.t("cart.title") == "Cart"
    run(app.shutdown())


def test_the_settings_name_the_locales_the_directory_and_what_chooses(ask, write):
    table = {"default_locale": "fr", "fallback_locale": "de", "directory": "texts", "parameter": "", "cookie": ""}
    app = Application({"i18n": table}, root=write({"texts/de.toml": 'hi = "Hallo"', "texts/fr.toml": ""}))
    app.get("/", blocking=False)(lambda ctx: [ctx.locale, ctx.t("hi")])
    assert ask(app, "GET /?locale=de", headers={"cookie": "locale=de"}).json == ["fr", "Hallo"]
    assert app.t("hi") == "Hallo"


def test_a_catalogue_that_is_no_toml_is_a_mistake(run, write):
    app = Application(root=write({"config/locales/de.toml": "hi ="}))
    with pytest.raises(ApplicationError, match=r"de\.toml: cannot be read as a catalogue"):
        run(app.start())


def test_development_has_the_texts_as_the_files_are_by_now(ask, app, caplog):
    app.i18n.register({"mine": "kept"}, "de")
    directory = app.settings.root / "config/locales"
    german = {"accept-language": "de"}
    assert ask(app, "GET /twice", headers=german).json == ["de", "Hallo x", "Hello y"]
    (directory / "de.toml").write_text('hi = "Guten Tag"')
    assert ask(app, "GET /twice", headers=german).json == ["de", "Guten Tag", "Hello y"]
    assert [app.t(key, "de") for key in ("cart.title", "mine")] == ["Cart", "kept"]
    (directory / "de.toml").write_text("hi = = broken")
    assert [ask(app, "GET /twice", headers=german).json[1] for _ in range(2)] == ["Guten Tag"] * 2
    assert [record.message for record in caplog.records].count("catalogue ignored") == 1
    (directory / "de.toml").unlink()
    (directory / "fr.toml").write_text('hi = "Salut"')
    assert ask(app, "GET /twice", headers={"accept-language": "fr"}).json[:2] == ["fr", "Salut"]
    assert app.t("hi", "de") == "Hello %{name}"


def test_elsewhere_they_stay_as_they_were_at_the_start(ask, write):
    app = Application(root=write({"config/locales/de.toml": 'hi = "Hallo"'}), config={"environment": "staging"})
    app.get("/", blocking=False)(lambda ctx: ctx.t("hi", "de"))
    assert ask(app, "GET /").text == "Hallo"
    write({"config/locales/de.toml": 'hi = "Guten Tag"'})
    assert ask(app, "GET /").text == "Hallo"


class Shouting:
    def translate(self, key, locale=None, fallback=None, default=None, args=None):
        return f"{locale}:{key.upper()}"

    def available_locales(self):
        return ["de"]


def test_another_translator_takes_over(ask, app):
    app.provide(Translator, Shouting())
    assert ask(app, "GET /page", headers={"accept-language": "de"}).text == "de:HI de:CART.TITLE de"
    assert app.t("hi") == "en:HI"


@given(st.text(), st.lists(st.sampled_from(["de", "en", "pt-br"])))
def test_any_accept_language_gives_an_available_locale_or_none(header, available):
    assert accepted(header, available) in [*available, None]
    assert looked_up(header, available) in [*available, None]
