"""Where a value comes from, and the whole tree."""

import enum
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from arlen_config import Config, ConfigError, Origin


class Mode(enum.Enum):
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class Mount:
    prefix: str = ""
    access_token: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    port: int = field(default=3000, metadata={"env": ("ARLEN_PORT", "PORT")})
    forwarded: tuple[str, ...] = field(default=(), metadata={"env": ("ARLEN_FORWARDED", "FORWARDED_ALLOW_IPS")})
    mode: Mode = Mode.FAST
    root: Path = Path("/srv")
    mounts: tuple[Mount, ...] = ()


@pytest.mark.parametrize(
    ("variables", "overrides", "told"),
    [
        ({}, {}, ["config/environments/test.toml:2", "config/app.toml:1", "default"]),
        ({"PORT": "5"}, {}, ["PORT", "config/environments/test.toml:2", "config/app.toml:1", "default"]),
        (
            {"PORT": "5", "ARLEN__PORT": "6", "ARLEN_PORT": "7"},
            {"port": 8},
            [
                "command line",
                "ARLEN_PORT",
                "ARLEN__PORT",
                "PORT",
                "config/environments/test.toml:2",
                "config/app.toml:1",
                "default",
            ],
        ),
    ],
)
def test_the_source_and_what_it_shadows_are_named(app, variables, overrides, told):
    config = Config.load(app("port = 3", test="\nport = 4"), "test", variables, overrides)
    port = config.section("", Server).port
    explanation = config.explain("port")
    assert explanation.value == port
    assert [str(explanation.source), *(str(other.source) for other in explanation.shadowed)] == told


def test_a_source_knows_its_layer(app):
    config = Config.load(app("port = 3"), env={"FORWARDED_ALLOW_IPS": "10.0.0.1"})
    config.section("", Server)
    keys = {
        "port": Origin.FILE,
        "forwarded": Origin.ENVIRONMENT,
        "mode": Origin.DEFAULT,
        "environment": Origin.OVERRIDE,
    }
    assert {key: config.explain(key).source.origin for key in keys} == keys


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("prt", "prt is not a key of the configuration; did you mean port?"),
        ("config", "config is not a key of the configuration; it is a table of config.strict"),
        ("shop.x", "shop.x is not a key of the configuration; remove it, or claim its table with config.section"),
    ],
)
def test_a_key_that_nobody_has_claimed_cannot_be_explained(app, key, told):
    config = Config.load(app(), env={})
    config.section("", Server)
    with pytest.raises(ConfigError) as caught:
        config.explain(key)
    assert str(caught.value) == told
    assert caught.value.code == "unknown_key"


def test_the_tree_holds_plain_values(app):
    config = Config.load(app('[[mounts]]\nprefix = "/a"\naccess_token = "t"'), env={})
    config.section("", Server)
    assert config.as_dict() == {
        "environment": "development",
        "config": {"strict": False},
        "port": 3000,
        "forwarded": [],
        "mode": "fast",
        "root": "/srv",
        "mounts": [{"prefix": "/a", "access_token": "***"}],
    }


def test_an_array_of_tables_is_explained_as_a_whole(app):
    config = Config.load(app('[[mounts]]\nprefix = "/a"', test='[[mounts]]\nprefix = "/b"'), "test", {})
    config.section("", Server)
    explanation = config.explain("mounts")
    assert (explanation.value, explanation.shadowed[0].value) == ((Mount("/b"),), (Mount("/a"),))
    with pytest.raises(ConfigError, match=r"mounts\[0\]\.prefix is not a key of the configuration"):
        config.explain("mounts[0].prefix")


def test_the_repr_names_the_layers(app):
    assert repr(Config.load(app(), "test", {})) == (
        "Config(environment='test', layers=['command line', 'config/environments/test.toml', 'config/app.toml'])"
    )
