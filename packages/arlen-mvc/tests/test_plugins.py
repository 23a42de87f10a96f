"""Plugins: registered once, with layers and hooks, from code and from the configuration."""

import logging
import sys
import types

import pytest
from arlen_mvc import Application, ApplicationError


class Greeter:
    name = "greeter"

    def __init__(self, journal=None):
        self.journal = [] if journal is None else journal

    def register(self, app):
        self.journal.append("register")
        app.get("/greet", blocking=False)(lambda ctx: "hello")

    def middlewares(self, app):
        journal = self.journal

        class Layer:
            def process(self, ctx):
                journal.append("plugin layer")

        return [Layer()]

    def did_start(self):
        self.journal.append("started")

    async def will_stop(self, app):
        self.journal.append("stopping")


def test_a_plugin_brings_routes_layers_and_hooks(ask, run, caplog):
    caplog.set_level(logging.INFO)
    journal = []
    app = Application()

    @app.use
    async def own(ctx, call_next):
        journal.append("own layer")
        return await call_next(ctx)

    plugin = app.register_plugin(Greeter(journal))
    run(app.start())
    assert ask(app, "GET /greet").text == "hello"
    run(app.shutdown())
    assert journal == ["register", "started", "plugin layer", "own layer", "stopping"]
    assert app.plugins == (plugin,)
    record = next(record for record in caplog.records if record.message == "plugin registered")
    assert record.fields == {"plugin": "greeter"}


def test_a_second_plugin_of_the_same_name_is_not_registered():
    journal = []
    app = Application()
    app.register_plugin(Greeter(journal))
    app.register_plugin(Greeter(journal))
    assert journal == ["register"]
    assert len(app.plugins) == 1


class Nameless:
    name = " "

    def register(self, app):
        pass


@pytest.mark.parametrize(
    ("plugin", "code"),
    [
        (None, "plugin_invalid"),
        (object(), "plugin_invalid"),
        (Greeter, "plugin_invalid"),
        (Nameless(), "plugin_unnamed"),
    ],
)
def test_what_is_no_plugin_is_refused(plugin, code):
    with pytest.raises(ApplicationError) as caught:
        Application().register_plugin(plugin)
    assert caught.value.code == code


@pytest.fixture
def shop_plugins(monkeypatch):
    module = types.ModuleType("shop_plugins")
    module.Greeter = Greeter
    monkeypatch.setitem(sys.modules, "shop_plugins", module)


def test_plugins_of_the_configuration_are_loaded_before_anything_is_composed(ask, shop_plugins):
    app = Application({"plugins": {"classes": ["shop_plugins:Greeter"]}})
    assert ask(app, "GET /greet").text == "hello"
    assert [plugin.name for plugin in app.plugins] == ["greeter"]


def test_one_that_cannot_be_loaded_is_reported_and_left_out(ask, caplog, shop_plugins):
    classes = ["", "nowhere:Plugin", "shop_plugins:Missing", "shop_plugins:Greeter"]
    app = Application({"plugins": {"classes": classes}})
    assert ask(app, "GET /greet").text == "hello"
    skipped = [record for record in caplog.records if record.message == "plugin load skipped"]
    assert [record.fields["plugin_class"] for record in skipped] == classes[:3]
    assert all("write module:Class" in record.fields["error"] for record in skipped)


def test_strictly_one_that_cannot_be_loaded_refuses_the_start(run):
    app = Application({"plugins": {"classes": ["nowhere:Plugin"], "strict": True}})
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert caught.value.code == "plugin_not_importable"
    assert caught.value.details == {"plugin": "nowhere:Plugin"}


def test_a_plugin_reads_its_own_table(run):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Table:
        word: str = "hello"

    class Configured:
        name = "configured"

        def register(self, app):
            self.table = app.section("configured", Table)

    app = Application({"configured": {"word": "salut"}})
    assert app.register_plugin(Configured()).table.word == "salut"
    run(app.start())
