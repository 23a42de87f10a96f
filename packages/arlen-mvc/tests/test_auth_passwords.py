"""Passwords: hashed, verified, hashed anew when times change."""

import asyncio
import threading

import pytest
from arlen_http import ServerBusy
from arlen_mvc.auth import Passwords, hash_password, verify_password


@pytest.fixture
def cheap():
    return Passwords(memory_cost=32, time_cost=1)


def test_a_password_is_right_or_wrong(run, cheap):
    stored = run(cheap.hash("correct horse"))
    assert stored.startswith("$argon2id$")
    assert run(cheap.verify("correct horse", stored)).valid
    assert run(cheap.verify("correct horse", stored)).rehashed is None
    assert not run(cheap.verify("correct house", stored))
    assert run(cheap.hash("correct horse")) != stored


@pytest.mark.parametrize("password", ["", "pässwörd 🐎", "\ud800", "x" * 100_000, "nul\0byte"])
def test_any_text_can_be_a_password(run, cheap, password):
    stored = run(cheap.hash(password))
    assert run(cheap.verify(password, stored))
    assert not run(cheap.verify(password + "x", stored))


def test_a_hash_of_other_costs_is_made_anew_when_its_password_is_known(run, cheap):
    stored = run(Passwords(memory_cost=64, time_cost=2).hash("secret"))
    check = run(cheap.verify("secret", stored))
    assert check
    assert check.rehashed
    assert run(cheap.verify("secret", check.rehashed)).rehashed is None
    assert run(cheap.verify("wrong", stored)).rehashed is None


@pytest.mark.parametrize(
    "stored", ["", "secret", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=8,t=1,p=4$AAAA$AAAA"]
)
def test_a_text_that_is_no_hash_is_the_hash_of_no_password(run, cheap, stored):
    assert not run(cheap.verify("secret", stored))


def test_a_user_who_does_not_exist_costs_a_verification_too(run, cheap, monkeypatch):
    from argon2 import PasswordHasher

    verified = []
    original = PasswordHasher.verify

    def counted(self, stored, password):
        verified.append(stored)
        return original(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not run(cheap.verify("secret", None))
    assert not run(cheap.verify("", None))
    assert len(verified) == 2
    assert all(stored.startswith("$argon2id$v=19$m=32,t=1,p=4$") for stored in verified)


def test_passwords_are_worked_on_in_threads_two_at_once(run, cheap, monkeypatch):
    from argon2 import PasswordHasher

    release, seen, lock, most = threading.Event(), [], threading.Lock(), []

    def slow(self, password):
        with lock:
            seen.append(threading.current_thread().name)
            most.append(len(seen))
        release.wait(10)
        with lock:
            seen.pop()
        return "hash"

    monkeypatch.setattr(PasswordHasher, "hash", slow)

    async def story():
        hashing = [asyncio.create_task(cheap.hash("x")) for _ in range(5)]
        await asyncio.sleep(0)
        assert cheap.threads.waiting == 3
        release.set()
        return await asyncio.gather(*hashing)

    assert run(story()) == ["hash"] * 5
    assert max(most) == 2


def test_a_crowd_is_told_to_come_later(run, cheap, monkeypatch):
    from argon2 import PasswordHasher

    release = threading.Event()
    monkeypatch.setattr(PasswordHasher, "hash", lambda self, password: str(release.wait(10)))

    async def story():
        hashing = [asyncio.create_task(cheap.hash("x")) for _ in range(66)]
        await asyncio.sleep(0)
        with pytest.raises(ServerBusy):
            await cheap.hash("x")
        release.set()
        await asyncio.gather(*hashing)

    run(story())


def test_the_usual_costs_are_those_of_the_library(run):
    async def story():
        return await verify_password("secret", await hash_password("secret"))

    assert run(story()).valid
