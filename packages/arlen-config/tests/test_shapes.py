"""Tables inside tables: nested, optional, arrays of tables, and tables that the user names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from arlen_config import Config, ConfigError


@dataclass(frozen=True, slots=True)
class Certificate:
    file: str = field(metadata={"env": "ARLEN_TLS_FILE"})
    key_file: str = ""


@dataclass(frozen=True, slots=True)
class Mount:
    prefix: str
    directory: str = "public"
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    connection_string: str = field(default="", metadata={"env": ("ARLEN_DATABASE_URL", "DATABASE_URL")})
    pool_size: int = field(default=8, metadata={"env": "ARLEN_DB_POOL_SIZE", "minimum": 1})


@dataclass(frozen=True, slots=True)
class Server:
    tls: Certificate | None = None
    static_mounts: tuple[Mount, ...] = ()
    databases: Mapping[str, Database] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=lambda: {"team": "shop"})


def test_an_optional_table_is_none_until_a_layer_speaks_of_it(app):
    config = Config.load(app(), env={})
    assert config.section("", Server).tls is None
    assert config.explain("tls").value is None


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ('[tls]\nfile = "a.pem"', {}),
        ("", {"ARLEN_TLS_FILE": "a.pem"}),
        ("", {"ARLEN__TLS__FILE": "a.pem"}),
        ("[tls]", {"ARLEN_TLS_FILE": "a.pem"}),
    ],
)
def test_an_optional_table_is_read_from_any_layer(app, text, variables):
    config = Config.load(app(text), env=variables)
    assert config.section("", Server).tls == Certificate("a.pem")
    config.verify()


def test_an_optional_table_that_is_begun_must_be_complete(app):
    with pytest.raises(ConfigError) as caught:
        Config.load(app('[tls]\nkey_file = "k.pem"'), env={}).section("", Server)
    assert str(caught.value) == "tls.file has no value; set it in config/app.toml or ARLEN_TLS_FILE in the environment"
    assert caught.value.code == "missing_value"


def test_an_array_of_tables_replaces_the_one_below(app):
    root = app(
        '[[static_mounts]]\nprefix = "/a"\n[[static_mounts]]\nprefix = "/b"\ndirectory = "b"',
        test='static_mounts = [{ prefix = "/c", extensions = ["css"] }]',
    )
    assert Config.load(root, env={}).section("", Server).static_mounts == (Mount("/a"), Mount("/b", "b"))
    assert Config.load(root, "test", {}).section("", Server).static_mounts == (Mount("/c", extensions=("css",)),)


def test_a_fault_in_an_array_of_tables_names_the_element_and_its_line(app):
    text = '[[static_mounts]]\nprefix = "/a"\n\n[[static_mounts]]\ndirectory = 5\n'
    with pytest.raises(ConfigError) as caught:
        Config.load(app(text), env={}).section("", Server)
    assert [(fault.key, fault.line) for fault in caught.value.faults] == [
        ("static_mounts[1].prefix", None),
        ("static_mounts[1].directory", 5),
    ]


@pytest.mark.parametrize("written", ["static_mounts = 5", "static_mounts = [5]", "[static_mounts]", "tls = 5"])
def test_a_value_in_place_of_a_table_is_an_error(app, written):
    with pytest.raises(ConfigError, match=r"config/app\.toml:1: .* expected (an array of tables|a table)"):
        Config.load(app(written), env={}).section("", Server)


def test_a_variable_cannot_hold_an_array_of_tables(app):
    config = Config.load(app(), env={"ARLEN__STATIC_MOUNTS": "/a"})
    assert config.section("", Server).static_mounts == ()
    assert [warning.reason for warning in config.warnings] == ["expected an array of tables"]


def test_named_tables_come_from_every_layer(app):
    root = app("[databases.main]\npool_size = 2\n[databases.Reporting]\npool_size = 3", test="[databases.extra]")
    variables = {
        "ARLEN__DATABASES__REPORTING__POOL_SIZE": "4",
        "ARLEN__DATABASES__ARCHIVE__CONNECTION_STRING": "sqlite:///archive",
        "ARLEN_DB_POOL_SIZE": "9",
    }
    config = Config.load(root, "test", variables, {"databases.main.connection_string": "sqlite:///main"})
    assert config.section("", Server).databases == {
        "main": Database("sqlite:///main", 2),
        "Reporting": Database("", 4),
        "extra": Database(),
        "archive": Database("sqlite:///archive"),
    }
    config.verify()


def test_the_variable_of_a_setting_in_a_named_table_ends_in_the_name_of_the_table(app):
    root = app("[database]\n[databases.reporting]\n[databases.eu-west]\n[databases.archive]")
    variables = {
        "ARLEN_DATABASE_URL": "sqlite:///default",
        "DATABASE_URL": "sqlite:///platform",
        "ARLEN_DATABASE_URL_REPORTING": "sqlite:///reporting",
        "ARLEN_DATABASE_URL_EU_WEST": "sqlite:///eu",
    }
    config = Config.load(root, env=variables)
    assert config.section("database", Database).connection_string == "sqlite:///default"
    databases = config.section("", Server).databases
    assert {name: database.connection_string for name, database in databases.items()} == {
        "reporting": "sqlite:///reporting",
        "eu-west": "sqlite:///eu",
        "archive": "",
    }


def test_named_values_add_to_their_defaults(app):
    config = Config.load(app('[labels]\nstage = "blue"'), env={"ARLEN__LABELS__TEAM": "search"})
    assert config.section("", Server).labels == {"team": "search", "stage": "blue"}


def test_classes_may_share_a_table_and_tables_may_lie_deep():
    @dataclass(frozen=True)
    class Locale:
        default_locale: str = "en"

    @dataclass(frozen=True)
    class Fallback:
        fallback_locale: str = "en"

    config = Config.from_mapping({"services": {"i18n": {"default_locale": "de", "fallback_locale": "fr"}}})
    assert config.section("services.i18n", Locale) == Locale("de")
    assert config.section("services.i18n", Fallback) == Fallback("fr")
    config.verify()


def test_a_class_may_refuse_what_contradicts_itself():
    @dataclass(frozen=True)
    class Session:
        enabled: bool = False
        secret: str = ""

        def __post_init__(self):
            if self.enabled and not self.secret:
                raise ValueError("an enabled session needs a secret")

    with pytest.raises(ConfigError, match=r"^\[session\] is refused: an enabled session needs a secret$") as caught:
        Config.from_mapping({"session": {"enabled": True}}).section("session", Session)
    assert caught.value.code == "invalid_section"


def test_a_setting_without_default_must_be_given_and_every_fault_is_told_at_once(app):
    @dataclass(frozen=True)
    class Shop:
        name: str
        currency: str = field(metadata={"choices": ("EUR",)})
        pages: int = 3

    with pytest.raises(ConfigError) as caught:
        Config.load(app('[shop]\npages = "x"'), env={}).section("shop", Shop)
    assert str(caught.value) == (
        "3 faults in the configuration:\n"
        "  - shop.name has no value; set it in config/app.toml\n"
        "  - shop.currency has no value; set it in config/app.toml\n"
        "  - config/app.toml:2: shop.pages is 'x'; expected an integer"
    )
    assert caught.value.code == "several_faults"
    assert [fault["code"] for fault in caught.value.details["faults"]] == ["missing_value"] * 2 + ["wrong_type"]
