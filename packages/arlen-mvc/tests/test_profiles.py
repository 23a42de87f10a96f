"""Security profiles, and applications that must not start because their protection is configured wrongly."""

import logging

import pytest
from arlen_config import ConfigError
from arlen_http import Request
from arlen_mvc import Application, ApplicationError
from arlen_mvc.profiles import PRIVATE_NETWORKS

LONG = "a secret of thirty-two bytes or so"
TRUSTED = PRIVATE_NETWORKS


@pytest.mark.parametrize(
    ("config", "sessions", "csrf", "proxies"),
    [
        ({}, False, False, ()),
        ({"security_profile": "balanced"}, False, False, ()),
        ({"security_profile": "strict"}, True, True, ()),
        ({"security_profile": "edge"}, False, False, TRUSTED),
        ({"session": {"enabled": True}}, True, True, ()),
        ({"session": {"enabled": True}, "csrf": {"enabled": False}}, True, False, ()),
        ({"security_profile": "strict", "csrf": {"enabled": False}}, True, False, ()),
        ({"security_profile": "strict", "session": {"enabled": False}}, False, False, ()),
        ({"security_profile": "edge", "trusted_proxies": ["192.0.2.1"]}, False, False, ("192.0.2.1",)),
        ({"security_profile": "edge", "trusted_proxies": []}, False, False, ()),
        ({"security_profile": "edge", "trusted_proxy": False}, False, False, ()),
        ({"security_profile": "edge", "session": {"enabled": True}}, True, True, TRUSTED),
    ],
)
def test_a_profile_gives_defaults_and_what_is_configured_wins(config, sessions, csrf, proxies):
    settings = Application(config).settings
    assert (settings.session.enabled, settings.csrf.enabled) == (sessions, csrf)
    assert settings.server.trusted_proxies == proxies
    assert settings.security_headers.enabled
    assert settings.application.security_profile == config.get("security_profile", "balanced")


def test_the_environment_of_the_process_wins_over_the_profile(tmp_path):
    env = {"ARLEN_SECURITY_PROFILE": "edge", "ARLEN_TRUSTED_PROXIES": "192.0.2.1", "ARLEN_SESSION_ENABLED": "yes"}
    settings = Application.from_root(tmp_path, env=env).settings
    assert (settings.server.trusted_proxies, settings.session.enabled) == (("192.0.2.1",), True)


def test_an_unknown_profile_counts_as_balanced_with_a_warning():
    app = Application({"security_profile": "paranoid"})
    assert app.settings.application.security_profile == "balanced"
    assert [ignored.key for ignored in app.config.warnings] == ["security_profile"]


def test_an_unknown_profile_is_an_error_in_a_strict_configuration():
    with pytest.raises(ConfigError, match="security_profile"):
        Application({"config": {"strict": True}, "security_profile": "paranoid"})


def test_the_secret_may_come_from_a_file_and_is_never_shown(tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{LONG}\n")
    env = {"ARLEN_SESSION_ENABLED": "1", "ARLEN_SESSION_SECRET_FILE": str(file), "ARLEN_SESSION_PREVIOUS_SECRETS": LONG}
    app = Application.from_root(tmp_path, env=env)
    assert app.settings.session.secret == LONG
    assert LONG not in repr(app.settings.session)
    assert LONG not in str(app.config.as_dict())


MISCONFIGURED = [
    ({"session": {"enabled": True}}, ["session.secret: session.enabled requires session.secret"]),
    ({"session": {"enabled": True, "secret": "  "}}, ["session.secret: session.enabled requires session.secret"]),
    ({"security_profile": "strict"}, ["session.secret: session.enabled requires session.secret"]),
    ({"csrf": {"enabled": True}}, ["csrf.enabled: csrf.enabled requires session.enabled"]),
    (
        {"compatibility": {"page_state_enabled": True}},
        ["compatibility.page_state_enabled: compatibility.page_state_enabled requires session.enabled"],
    ),
    (
        {"environment": "production", "session": {"enabled": True, "secret": "short"}},
        ["session.secret: weak secret: it has 5 bytes"],
    ),
    (
        {"session": {"enabled": True, "secret": LONG, "cookie_name": "my session; Domain=x"}},
        ["session.cookie_name: 'my session; Domain=x' cannot name a cookie"],
    ),
    (
        {"session": {"enabled": True, "secret": LONG}, "csrf": {"trusted_origins": ["app.example", "https://a/b"]}},
        [
            "csrf.trusted_origins: 'app.example' is not an origin",
            "csrf.trusted_origins: 'https://a/b' is not an origin",
        ],
    ),
    (
        {"session": {"enabled": True}, "auth": {"enabled": True}},
        ["session.secret: session.enabled requires", "auth.bearer_secret: auth.enabled requires auth.bearer_secret"],
    ),
]


@pytest.mark.parametrize(("config", "problems"), MISCONFIGURED)
def test_an_application_with_a_bad_combination_can_be_looked_at_and_does_not_start(run, caplog, config, problems):
    app = Application(config)
    app.get("/", name="index", blocking=False)(lambda: "page")
    assert [route.path for route in app.routes] == ["/"]
    assert app.url_for("index") == "/"
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING].count(
        "the application must not start like this"
    ) == len(problems)
    hooks = []
    app.on_start(lambda: hooks.append("called"))
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert caught.value.code == "invalid_application"
    assert len(caught.value.mistakes) == len(problems)
    for problem in problems:
        assert problem in str(caught.value)
    assert (hooks, app.started) == ([], False)


def test_an_application_with_a_bad_combination_serves_nobody_unprotected():
    app = Application({"security_profile": "strict"})
    app.post("/transfer", blocking=False)(lambda: "done")
    with pytest.raises(ApplicationError, match=r"session\.enabled requires session\.secret"):
        app.handle(Request.build("POST", "/transfer"))


def test_security_mistakes_are_told_together_with_all_others(run):
    app = Application({"security_profile": "strict"})
    app.use(object())
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.place for mistake in caught.value.mistakes] == ["middleware object", "session.secret"]


def test_a_weak_secret_is_a_warning_outside_of_production(run, caplog):
    app = Application({"session": {"enabled": True, "secret": "short"}})
    run(app.start())
    assert app.started
    assert [record.message for record in caplog.records] == ["weak secret"]


def test_strict_with_a_good_secret_starts(run):
    app = Application({"environment": "production", "security_profile": "strict", "session": {"secret": LONG}})
    run(app.start())
    assert app.started
