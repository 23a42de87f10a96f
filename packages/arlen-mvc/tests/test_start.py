"""Starting: every mistake of an application in one error, with its place and remedy."""

from dataclasses import dataclass

import pytest
from arlen_config import Config, ConfigError
from arlen_mvc import Application, ApplicationError, Controller, get


class Unknown:
    pass


class Shop(Controller):
    prefix = "/shop"

    @get("/{id}")
    def show(self, ctx, id: int, unknown: Unknown):
        return None


def test_all_mistakes_are_reported_at_once_with_place_and_remedy(run, write):
    app = Application({"environment": "production"}, root=write({"templates/page.html": "{% extends 'gone' %}"}))
    app.add_controller(Shop)
    app.get("/{id}/{id}")(lambda: None)
    app.get("/a", name="same")(lambda: None)
    app.get("/b", name="same")(lambda: None)
    app.use(object())
    app.mount_static("/files", "gone")

    with pytest.raises(ApplicationError) as caught:
        run(app.start())

    error = caught.value
    assert error.code == "invalid_application"
    assert str(error).startswith("6 mistakes keep the application from starting:\n  1. ")
    assert error.details == {"mistakes": [str(mistake) for mistake in error.mistakes]}
    assert [(mistake.place, mistake.problem) for mistake in error.mistakes] == [
        ("middleware object", "is neither an async function nor a process/did_process object"),
        (
            f"GET /shop/{{id}} -> Shop.show ({__file__}:{Shop.show.__code__.co_firstlineno})",
            "nothing fills parameter 'unknown: Unknown'",
        ),
        ("GET /{id}/{id}", "duplicate parameter {id}"),
        ("GET /b", 'name "same" again'),
        ("static mount /files", f"there is no directory {app.root}/gone"),
        (f"{app.root}/templates/page.html:1:4", "extends of 'gone', which is missing"),
    ]


def test_a_mistake_that_many_routes_share_is_told_once(run):
    app = Application()
    with app.group("/all", middleware=[object()]) as group:
        group.get("/a")(lambda: None)
        group.get("/b")(lambda: None)
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert len(caught.value.mistakes) == 1


def test_annotations_that_cannot_be_resolved_are_a_mistake(run):
    def action(thing: "Nowhere"):  # noqa: F821
        return None

    app = Application()
    app.get("/")(action)
    with pytest.raises(ApplicationError, match="an annotation cannot be resolved: name 'Nowhere' is not defined"):
        run(app.start())


def test_a_mistake_that_was_mended_no_longer_keeps_it_from_starting(run, write):
    root = write({})
    app = Application(root=root)
    app.mount_static("/files", "files")
    with pytest.raises(ApplicationError):
        run(app.start())
    (root / "files").mkdir()
    run(app.start())
    assert app.started


def test_a_route_that_can_never_be_reached_is_a_mistake_where_that_is_wanted(run):
    app = Application({"routing": {"route_compile_warnings_as_errors": True}})
    app.get("/{rest:path}")(lambda: None)
    app.route("/hidden", methods=("ANY",))(lambda: None)
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.place for mistake in caught.value.mistakes] == ["ANY /hidden"]


def test_an_unknown_key_keeps_the_application_from_starting(run):
    app = Application({"api_onyl": True})
    with pytest.raises(ConfigError, match="api_only"):
        run(app.start())


def test_the_tables_of_the_process_manager_are_left_to_it(run):
    run(Application({"propane_accessories": {"worker_count": 2}}).start())


def test_a_value_of_the_wrong_type_is_refused_at_once():
    with pytest.raises(ConfigError):
        Application({"runtime_limits": {"max_concurrent_http_workers": "many"}})


def test_from_root_reads_files_and_environment(write):
    root = write(
        {
            "config/app.toml": 'port = 1\napi_only = true\n[templates]\ndefault_layout = "a"',
            "config/environments/test.toml": '[templates]\ndefault_layout = "b"',
        }
    )
    app = Application.from_root(root, "test", env={"ARLEN_PORT": "9"})
    assert (app.settings.server.port, app.settings.application.api_only) == (9, True)
    assert (app.settings.templates.default_layout, app.environment, app.root) == ("b", "test", root)


def test_configure_reads_again_with_another_environment_and_options_on_top(write):
    root = write({"config/environments/production.toml": "api_only = true"})
    app = Application.from_root(root, env={"ARLEN_PORT": "9"})
    app.configure("production", {"port": 7, "host": None})
    assert (app.environment, app.settings.server.port, app.settings.server.host) == ("production", 7, "127.0.0.1")
    assert app.settings.application.api_only

    app = Application({"templates": {"default_layout": "a"}, "host": "0.0.0.0"})
    app.configure(overrides={"templates.default_layout": "b", "port": 7, "host": None})
    assert (app.settings.templates.default_layout, app.settings.server.port) == ("b", 7)
    assert app.settings.server.host == "0.0.0.0"

    app = Application(Config.from_mapping({"port": 1}))
    app.configure()
    with pytest.raises(ApplicationError, match="cannot be read again"):
        app.configure("production")


def test_a_section_of_the_application_s_own_survives_reading_again(write, run):
    @dataclass(frozen=True)
    class Shop:
        currency: str = "EUR"

    app = Application.from_root(write({"config/app.toml": '[shop]\ncurrency = "NOK"'}), env={})
    assert app.section("shop", Shop) == Shop("NOK")
    app.configure(overrides={"shop.currency": "SEK"})
    run(app.start())
    assert app.section("shop", Shop) == Shop("SEK")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("development", ("text", "debug", True, True, False)),
        ("test", ("json", "info", False, False, False)),
        ("production", ("json", "info", False, False, True)),
    ],
)
def test_defaults_that_the_environment_decides(environment, expected):
    settings = Application({"environment": environment}).settings
    application = settings.application
    assert expected == (
        application.log_format,
        application.log_level,
        application.performance_logging,
        application.serve_static,
        settings.templates.precompile,
    )
