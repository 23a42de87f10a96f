"""The command line, the settings, and the name of the application."""

import sys

import pytest
from arlen_config import Config
from arlen_http import AppLoadError
from arlen_propane import AppTargetError, PropaneAccessories
from arlen_propane.options import parse
from arlen_propane.target import AppTarget


def test_options_override_the_configuration(tmp_path):
    options = parse(
        ["shop.app:create", "--workers=3", "--graceful-seconds=4", "--respawn-delay-ms=0", "--port=0", "--host=::1"]
    )
    assert options.target == AppTarget("shop.app", "create")
    assert options.environment == "production"
    variables = {"ARLEN_PROPANE_WORKERS": "9", "WEB_CONCURRENCY": "8"}
    config = Config.load(tmp_path, "production", variables, options.overrides)
    assert config.section("propane_accessories", PropaneAccessories) == PropaneAccessories(3, 4, 0)


@pytest.mark.parametrize(
    ("variables", "workers"),
    [({}, 4), ({"WEB_CONCURRENCY": "8"}, 8), ({"WEB_CONCURRENCY": "8", "ARLEN_PROPANE_WORKERS": "9"}, 9)],
)
def test_the_number_of_workers_may_come_from_the_platform(tmp_path, variables, workers):
    config = Config.load(tmp_path, "production", variables, parse(["app"]).overrides)
    assert config.section("propane_accessories", PropaneAccessories).worker_count == workers


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "MODULE:ATTRIBUTE"),
        (["no/module"], "'no/module' does not name an application; write package.module:attribute"),
        (["app:"], "'app:' does not name an application"),
        (["app", "--workers", "0"], "'0' is not an integer of at least 1"),
        (["app", "--workers", "many"], "'many' is not an integer of at least 1"),
        (["app", "--port", "65536"], "'65536' is not an integer from 0 to 65535"),
        (["app", "--wrong"], "--wrong"),
    ],
)
def test_wrong_usage_exits_with_status_2_and_says_what_is_wrong(arguments, told, capsys):
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    assert told in capsys.readouterr().err


@pytest.fixture
def modules(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "src").mkdir()
    (tmp_path / "src/target_in_source.py").write_text(
        "class app:\n    handle = print\n\ndef create():\n    return 'made'\n"
    )
    yield tmp_path
    sys.modules.pop("target_in_source", None)


@pytest.mark.parametrize(
    ("name", "found"), [("target_in_source:create", "made"), ("target_in_source:app.handle", print)]
)
def test_an_application_is_found_in_the_source_directory_and_a_factory_is_called(modules, name, found):
    assert AppTarget.parse(name).load(modules) == found


def test_the_attribute_is_app_unless_it_is_named(modules):
    assert AppTarget.parse("target_in_source").load(modules).__name__ == "app"


def test_an_attribute_that_is_missing_is_named(modules):
    with pytest.raises(AppLoadError, match='the module "target_in_source" has no attribute "wsgi"'):
        AppTarget.parse("target_in_source:wsgi").load(modules)


def test_a_name_that_is_none_is_an_error():
    with pytest.raises(AppTargetError) as caught:
        AppTarget.parse("shop.app:")
    assert (caught.value.code, caught.value.details) == ("invalid_app_target", {"target": "shop.app:"})
