"""What happens to a malformed value: passed over with a warning, or refused."""

from dataclasses import dataclass, field

import pytest
from arlen_config import Config, ConfigError


@dataclass(frozen=True, slots=True)
class Server:
    port: int = field(default=3000, metadata={"env": ("ARLEN_PORT", "PORT"), "minimum": 0, "maximum": 65535})
    log_level: str = field(default="info", metadata={"env": "ARLEN_LOG_LEVEL", "choices": ("debug", "info")})
    api_only: bool = field(default=False, metadata={"env": "ARLEN_API_ONLY"})


@pytest.mark.parametrize(
    ("variables", "key", "reason"),
    [
        ({"ARLEN_PORT": "tcp://10.0.0.1:80"}, "port", "expected an integer from 0 to 65535"),
        ({"ARLEN_PORT": "-1"}, "port", "expected an integer from 0 to 65535"),
        ({"PORT": "99999"}, "port", "expected an integer from 0 to 65535"),
        ({"ARLEN__PORT": "x"}, "port", "expected an integer from 0 to 65535"),
        ({"ARLEN_API_ONLY": "maybe"}, "api_only", "expected a boolean (true or false)"),
        ({"ARLEN_LOG_LEVEL": "loud"}, "log_level", "expected one of debug, info"),
    ],
)
def test_a_malformed_variable_is_ignored_with_a_warning(app, variables, key, reason):
    config = Config.load(app("port = 4000"), env=variables)
    assert config.section("", Server) == config.section("", Server) == Server(port=4000)
    ((name, text),) = variables.items()
    assert [str(warning) for warning in config.warnings] == [
        f"config value ignored: {key} = {text!r} ({name}); {reason}"
    ]


def test_an_empty_variable_is_unset(app):
    config = Config.load(app(), env={"ARLEN_PORT": "", "PORT": "81"})
    assert config.section("", Server).port == 81
    assert config.warnings == ()


def test_a_variable_that_is_shadowed_is_not_judged(app):
    config = Config.load(app(), env={"ARLEN_PORT": "80", "PORT": "x"})
    assert config.section("", Server).port == 80
    assert config.warnings == ()


def test_an_unknown_choice_in_a_file_gives_way_to_the_layer_below(app):
    config = Config.load(app('log_level = "debug"', test='log_level = "loud"'), "test", {})
    assert config.section("", Server).log_level == "debug"
    assert [str(warning) for warning in config.warnings] == [
        "config value ignored: log_level = 'loud' (config/environments/test.toml:1); expected one of debug, info"
    ]


def test_an_unknown_choice_in_an_array_passes_over_the_array(app):
    @dataclass(frozen=True)
    class Formats:
        formats: tuple[str, ...] = field(default=("json",), metadata={"choices": ("json", "html")})

    config = Config.load(app('formats = ["html", "pdf"]'), env={})
    assert config.section("", Formats) == config.section("", Formats) == Formats()
    assert [warning.value for warning in config.warnings] == [["html", "pdf"]]


def test_a_wrong_type_in_a_file_is_an_error_even_where_another_layer_wins(app):
    with pytest.raises(ConfigError, match=r"config/app\.toml:1: port is 'x'"):
        Config.load(app('port = "x"'), env={"ARLEN_PORT": "80"}).section("", Server)


@pytest.mark.parametrize("strict", ["[config]\nstrict = true", ""])
@pytest.mark.parametrize("variables", [{"ARLEN_PORT": "x"}, {"ARLEN_LOG_LEVEL": "loud"}])
def test_in_strict_mode_every_ignored_value_is_an_error(app, strict, variables):
    config = Config.load(app(strict), env=variables | ({} if strict else {"ARLEN_CONFIG_STRICT": "1"}))
    assert config.strict
    with pytest.raises(ConfigError, match="; expected ") as caught:
        config.section("", Server)
    assert caught.value.path is None


def test_in_strict_mode_an_unknown_choice_in_a_file_is_an_error_with_its_line(app):
    config = Config.load(app("[config]\nstrict = true\n", test='log_level = "loud"'), "test", {})
    with pytest.raises(ConfigError) as caught:
        config.section("", Server)
    error = caught.value
    assert (error.code, error.path, error.line) == ("unknown_choice", "config/environments/test.toml", 1)
