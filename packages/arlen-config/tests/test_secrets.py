"""Secrets: where they may come from, and where they must not appear."""

import json
from dataclasses import dataclass, field

import pytest
from arlen_config import Config, ConfigError
from arlen_config.secrecy import mask_credentials


@dataclass(frozen=True, slots=True)
class Session:
    secret: str = field(default="", metadata={"env": "ARLEN_SESSION_SECRET"})
    previous_secrets: tuple[str, ...] = field(default=(), metadata={"env": "ARLEN_SESSION_PREVIOUS_SECRETS"})
    max_tokens: int = 5
    key: str = field(default="", metadata={"secret": True})
    token_header: str = field(default="x-token", metadata={"secret": False})
    redis_url: str = field(default="", metadata={"env": ("ARLEN_REDIS_URL", "REDIS_URL")})
    log: str = field(default="", metadata={"env": "ARLEN_LOG"})


HIDDEN = ("hunter2", "older", "k3y")


@pytest.fixture
def config(app):
    text = '[session]\nsecret = "hunter2"\nprevious_secrets = ["older"]\nkey = "k3y"\n'
    return Config.load(app(text), env={"REDIS_URL": "redis://:hunter2@cache:6379/0"})


def test_secrets_are_strings_that_no_repr_shows(config):
    session = config.section("session", Session)
    assert (session.secret, session.previous_secrets, session.key) == ("hunter2", ("older",), "k3y")
    assert session.redis_url == "redis://:hunter2@cache:6379/0"
    assert repr(session) == (
        "Session(secret='***', previous_secrets=('***',), max_tokens=5, key='***', token_header='x-token',"
        " redis_url='redis://***@cache:6379/0', log='')"
    )


def test_the_tree_masks_secrets_unless_revealed(config):
    config.section("session", Session)
    assert config.as_dict()["session"] == {
        "secret": "***",
        "previous_secrets": ["***"],
        "max_tokens": 5,
        "key": "***",
        "token_header": "x-token",
        "redis_url": "redis://***@cache:6379/0",
        "log": "",
    }
    revealed = json.dumps(config.as_dict(reveal=True))
    assert all(secret in revealed for secret in HIDDEN)


def test_explanations_and_messages_mask_secrets(app):
    @dataclass(frozen=True)
    class Strange:
        secret: int = 0
        tokens: tuple[int, ...] = ()

    config = Config.load(app('secret = "hunter2"\ntokens = ["older"]'), env={"ARLEN__SECRET": "k3y"})
    with pytest.raises(ConfigError) as caught:
        config.section("", Strange)
    told = f"{caught.value} {caught.value.details} {config.warnings} {config!r}"
    assert "***" in told
    assert not any(secret in told for secret in HIDDEN)


def test_explain_masks_the_winner_and_the_shadowed(app):
    root = app('[session]\nsecret = "hunter2"\nredis_url = "redis://u:older@h"')
    config = Config.load(root, env={"ARLEN_SESSION_SECRET": "k3y"})
    config.section("session", Session)
    assert [other.value for other in config.explain("session.secret").shadowed] == ["***", ""]
    assert config.explain("session.secret").value == "***"
    assert config.explain("session.redis_url").value == "redis://***@h"
    assert config.explain("session.secret", reveal=True).value == "k3y"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("ARLEN_SESSION_SECRET_FILE", "secret"),
        ("ARLEN__SESSION__SECRET_FILE", "secret"),
        ("ARLEN__SESSION__KEY_FILE", "key"),
        ("ARLEN_REDIS_URL_FILE", "redis_url"),
        ("REDIS_URL_FILE", "redis_url"),
    ],
)
def test_a_secret_may_lie_in_a_file_that_a_variable_names(app, tmp_path, name, read):
    (tmp_path / "mounted").write_text("  hunter2\n")
    config = Config.load(app(), env={name: str(tmp_path / "mounted")})
    assert getattr(config.section("session", Session), read) == "hunter2"
    assert str(config.explain(f"session.{read}").source) == name
    config.verify()


def test_several_secrets_in_a_file_are_comma_separated(app, tmp_path):
    (tmp_path / "mounted").write_text("older, oldest\n")
    config = Config.load(app(), env={"ARLEN_SESSION_PREVIOUS_SECRETS_FILE": str(tmp_path / "mounted")})
    assert config.section("session", Session).previous_secrets == ("older", "oldest")


def test_only_secrets_and_addresses_are_read_from_files(app, tmp_path):
    (tmp_path / "mounted").write_text("text")
    config = Config.load(app(), env={"ARLEN_LOG_FILE": str(tmp_path / "mounted")})
    assert config.section("session", Session).log == ""


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_of_a_secret_that_cannot_be_read_is_an_error(app, tmp_path, content):
    file = tmp_path / "mounted"
    if content:
        file.write_bytes(content)
    with pytest.raises(
        ConfigError, match=r"^ARLEN_SESSION_SECRET_FILE names .*mounted, which cannot be read: "
    ) as caught:
        Config.load(app(), env={"ARLEN_SESSION_SECRET_FILE": str(file)}).section("session", Session)
    assert (caught.value.code, caught.value.path) == ("unreadable_file", str(file))


def test_a_file_of_a_secret_that_is_shadowed_need_not_be_readable(app, tmp_path):
    variables = {"ARLEN_SESSION_SECRET_FILE": str(tmp_path / "absent")}
    config = Config.load(app(), env=variables, overrides={"session.secret": "hunter2"})
    assert config.section("session", Session).secret == "hunter2"
    assert "absent" not in repr(config.explain("session.secret"))


def test_a_secret_given_twice_is_an_error(app, tmp_path):
    variables = {"ARLEN_SESSION_SECRET": "hunter2", "ARLEN_SESSION_SECRET_FILE": str(tmp_path / "mounted")}
    with pytest.raises(ConfigError, match="are both set; unset one of them") as caught:
        Config.load(app(), env=variables).section("session", Session)
    assert caught.value.code == "ambiguous_variable"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://shop:hunter2@db:5432/shop", "postgresql://***@db:5432/shop"),
        ("postgresql://shop:p@ss/w?rd#1@db/shop", "postgresql://***@db/shop"),
        ("https://publickey@sentry.example/1", "https://***@sentry.example/1"),
        ("redis://:hunter2@[::1]:6379/0", "redis://***@[::1]:6379/0"),
        ("postgresql:///shop?user=a&password=hunter2&x=1", "postgresql:///shop?user=a&password=***&x=1"),
        ("a redis://u:older@h and b redis://v:hunter2@i", "a redis://***@h and b redis://***@i"),
        ("https://unpkg.com/vue@3.4", "https://unpkg.com/vue@3.4"),
        ("http://localhost:3000/a@b", "http://localhost:3000/a@b"),
        ("mail@example.org", "mail@example.org"),
    ],
)
def test_credentials_inside_urls_are_masked_and_the_rest_is_not(text, shown):
    assert mask_credentials(text) == shown
