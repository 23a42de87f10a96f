"""Keys that nobody has claimed."""

from dataclasses import dataclass

import pytest
from arlen_config import Config, ConfigError


@dataclass(frozen=True, slots=True)
class Limits:
    max_body_bytes: int = 1
    max_header_bytes: int = 2


@dataclass(frozen=True, slots=True)
class Mount:
    prefix: str = ""
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    host: str = ""
    port: int = 3000
    request_limits: Limits = Limits()
    static_mounts: tuple[Mount, ...] = ()


@dataclass(frozen=True, slots=True)
class Accessories:
    worker_count: int = 4


def faults(config, **options):
    with pytest.raises(ConfigError) as caught:
        config.verify({"": (Server,)}, **options)
    return (
        str(caught.value).removeprefix(f"{len(caught.value.faults)} faults in the configuration:\n  - ").split("\n  - ")
    )


def test_every_unknown_key_is_listed_with_its_place_and_what_was_meant(app):
    text = """\
prot = 80
max_body_bytes = 5

[request_limits]
max_body_byte = 5
colour = "red"

[[static_mounts]]
directory = "a"
[[static_mounts]]
dirctory = "b"

[shop]
currency = "EUR"
"""
    config = Config.load(app(text, test="hots = 1"), "test", {"ARLEN__HOTS": "a", "ARLEN__SHOP__X": "1"}, {"wrkers": 2})
    assert faults(config) == [
        "command line: unknown key wrkers; remove it, or claim its table with config.section",
        "config/environments/test.toml:1: unknown key hots; did you mean host?",
        "config/app.toml:1: unknown key prot; did you mean port?",
        "config/app.toml:2: unknown key max_body_bytes; did you mean request_limits.max_body_bytes?",
        "config/app.toml:13: unknown key shop; remove it, or claim its table with config.section",
        "config/app.toml:5: unknown key request_limits.max_body_byte; did you mean request_limits.max_body_bytes?",
        "config/app.toml:6: unknown key request_limits.colour; remove it, or claim its table with config.section",
        "config/app.toml:11: unknown key static_mounts[1].dirctory; did you mean static_mounts[1].directory?",
        "ARLEN__HOTS is set, but there is no such key; did you mean ARLEN__HOST?",
        "ARLEN__SHOP__X is set, but there is no such key; remove it, or claim its table with config.section",
    ]


def test_a_claimed_table_is_known(app):
    config = Config.load(app("[shop]\nworker_count = 1"), env={"ARLEN__SHOP__WORKER_COUNT": "2", "ARLEN_OTHER": "x"})
    assert config.section("shop", Accessories).worker_count == 2
    config.verify()


def test_faults_of_sections_and_unknown_keys_are_told_together(app):
    config = Config.load(app('port = "x"\nhots = "h"'), env={})
    assert faults(config) == [
        "config/app.toml:1: port is 'x'; expected an integer",
        "config/app.toml:2: unknown key hots; did you mean host?",
    ]


def test_a_reserved_table_is_left_to_its_owner(app):
    root = app("port = 1\n[propane_accessories]\nwrker_count = 2\n[services.mail]\nx = 1\n[services.jobs]\ny = 2\n")
    config = Config.load(root, env={"ARLEN__PROPANE_ACCESSORIES__WRKER_COUNT": "1"})
    config.reserve("propane_accessories", "services.mail")
    assert faults(config) == [
        "config/app.toml:6: unknown key services.jobs; remove it, or claim its table with config.section"
    ]


def test_the_owner_of_a_table_looks_into_that_table_only(app):
    config = Config.load(
        app("[propane_accessories]\nwrker_count = 2\n[other]\n"),
        env={"ARLEN__PROPANE_ACCESSORIES__WORKERCOUNT": "1", "ARLEN__OTHER__X": "1"},
    )
    config.section("propane_accessories", Accessories)
    assert faults(config, under="propane_accessories") == [
        "config/app.toml:2: unknown key propane_accessories.wrker_count;"
        " did you mean propane_accessories.worker_count?",
        "ARLEN__PROPANE_ACCESSORIES__WORKERCOUNT is set, but there is no such key;"
        " did you mean ARLEN__PROPANE_ACCESSORIES__WORKER_COUNT?",
    ]
