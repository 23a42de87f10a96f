"""Which layer wins."""

from dataclasses import dataclass, field

import pytest
from arlen_config import Config, ConfigError
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class Limits:
    max_body_bytes: int = field(default=1, metadata={"env": "ARLEN_MAX_BODY_BYTES"})
    max_header_bytes: int = 2


@dataclass(frozen=True, slots=True)
class Server:
    port: int = field(default=3000, metadata={"env": ("ARLEN_PORT", "PORT")})
    names: tuple[str, ...] = ("a",)
    request_limits: Limits = Limits()


def test_missing_files_are_empty_tables(tmp_path):
    assert Config.load(tmp_path, env={}).section("", Server) == Server()


LAYERS = ("app", "production", "PORT", "ARLEN__PORT", "ARLEN_PORT", "option")


@given(given_layers=st.sets(st.sampled_from(LAYERS)))
def test_the_highest_layer_that_has_a_value_wins(tmp_path_factory, given_layers):
    root = tmp_path_factory.mktemp("app")
    (root / "config/environments").mkdir(parents=True)
    ports = {layer: 1000 + number for number, layer in enumerate(LAYERS) if layer in given_layers}
    if "app" in ports:
        (root / "config/app.toml").write_text(f"port = {ports['app']}")
    if "production" in ports:
        (root / "config/environments/production.toml").write_text(f"port = {ports['production']}")
    variables = {name: str(port) for name, port in ports.items() if name.isupper()}

    config = Config.load(root, "production", variables, {"port": ports.get("option")})
    port = config.section("", Server).port

    assert port == max(ports.values(), default=3000)
    explanation = config.explain("port")
    assert explanation.value == port
    beneath = [int(str(other.value)) for other in explanation.shadowed]
    assert [port, *beneath] == [*sorted(ports.values(), reverse=True), 3000]


def test_tables_merge_while_scalars_and_arrays_replace(app):
    root = app(
        'names = ["x", "y"]\n[request_limits]\nmax_body_bytes = 10\nmax_header_bytes = 20',
        production='names = ["z"]\n[request_limits]\nmax_body_bytes = 11',
    )
    server = Config.load(root, "production", {}).section("", Server)
    assert server == Server(names=("z",), request_limits=Limits(11, 20))


def test_the_files_of_other_environments_are_not_read(app):
    root = app("port = 1", production="port = 2")
    assert Config.load(root, "development", {}).section("", Server).port == 1


@pytest.mark.parametrize(
    "overrides", [{"request_limits.max_body_bytes": 7}, {"request_limits": {"max_body_bytes": "7"}}]
)
def test_options_are_given_by_dotted_key_or_as_tables(tmp_path, overrides):
    config = Config.load(tmp_path, env={"ARLEN_MAX_BODY_BYTES": "6"}, overrides=overrides)
    assert config.section("request_limits", Limits).max_body_bytes == 7


def test_a_malformed_option_is_an_error(tmp_path):
    config = Config.load(tmp_path, env={}, overrides={"port": "many"})
    with pytest.raises(ConfigError, match=r"^command line: port is 'many'; expected an integer$"):
        config.section("", Server)


def test_defaults_that_depend_on_other_settings_stand_in_for_those_in_code(app):
    config = Config.load(app("[request_limits]\nmax_header_bytes = 30"), env={})
    assert config.section("request_limits", Limits, Limits(max_body_bytes=9)) == Limits(9, 30)


def test_the_environment_is_the_requested_one_whatever_the_files_say(app):
    @dataclass(frozen=True)
    class Named:
        environment: str = ""

    config = Config.load(
        app('environment = "staging"'), "production", {"ARLEN__ENVIRONMENT": "test"}, {"environment": "qa"}
    )
    assert config.environment == config.section("", Named).environment == "production"
    config.verify()


@pytest.mark.parametrize("name", ["", "../secrets", "a/b", "a.b", "-x", "a\n"])
def test_an_environment_that_cannot_name_a_file_is_refused(tmp_path, name):
    with pytest.raises(ConfigError) as caught:
        Config.load(tmp_path, name, {})
    assert caught.value.code == "invalid_environment"


def test_a_mapping_is_read_without_files_and_variables(monkeypatch):
    monkeypatch.setenv("ARLEN_PORT", "81")
    config = Config.from_mapping({"request_limits": {"max_body_bytes": 5}})
    assert config.section("", Server) == Server(request_limits=Limits(max_body_bytes=5))


def test_the_process_environment_is_read_by_default(app, monkeypatch):
    monkeypatch.setenv("ARLEN_PORT", "81")
    assert Config.load(app()).section("", Server).port == 81
