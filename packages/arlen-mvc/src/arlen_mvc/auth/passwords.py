"""Passwords, kept as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property

from arlen_http import ThreadPool

from arlen_mvc.errors import MissingDependencyError

try:
    from argon2 import DEFAULT_MEMORY_COST, DEFAULT_TIME_COST, PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError
except ImportError as error:
    raise MissingDependencyError("passwords need argon2-cffi", extra="auth") from error

_AT_ONCE = 2
_WAITING = 64
_LONGEST_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password is right; true or false as it stands.

    ``rehashed`` is the password hashed anew, when it is right and its hash was made with other costs than today's:
    keep it in place of the old hash.
    """

    valid: bool
    rehashed: str | None = None

    def __bool__(self) -> bool:
        return self.valid


class Passwords:
    """Hashes and verifies in threads of its own, two at once: each needs its memory and a fifth of a second.

    Costs are those of argon2-cffi unless given: ``memory_cost`` in KiB, ``time_cost`` in passes.

    Attributes:
        threads: where the work is done; 64 may wait for it, 10 s each.
    """

    def __init__(self, *, memory_cost: int = DEFAULT_MEMORY_COST, time_cost: int = DEFAULT_TIME_COST) -> None:
        self._hasher = PasswordHasher(time_cost, memory_cost)
        self.threads = ThreadPool(_AT_ONCE, _WAITING, _LONGEST_WAIT)

    async def hash(self, password: str) -> str:
        """What to keep of a password (PHC string format); another text each time.

        Raises:
            arlen_http.ServerBusy: too many others wait; the request is answered with 503.
        """
        return await self.threads.run(self._hash, password)

    async def verify(self, password: str, stored: str | None) -> PasswordCheck:
        """Whether this is the password that ``stored`` is the hash of.

        Pass ``None`` when there is no such user: it takes as long, so that nobody learns who has an account. A text
        that is no Argon2 hash is the hash of no password.

        Raises:
            arlen_http.ServerBusy: too many others wait; the request is answered with 503.
        """
        return await self.threads.run(self._verify, password, stored)

    @cached_property
    def _of_nobody(self) -> str:
        return self._hasher.hash(secrets.token_bytes(16))

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_bytes(password))

    def _verify(self, password: str, stored: str | None) -> PasswordCheck:
        of_nobody = self._of_nobody
        try:
            self._hasher.verify(of_nobody if stored is None else stored, _bytes(password))
        except (VerificationError, InvalidHashError):
            return PasswordCheck(False)
        if stored is None or not self._hasher.check_needs_rehash(stored):
            return PasswordCheck(stored is not None)
        return PasswordCheck(True, self._hash(password))


_passwords = Passwords()


async def hash_password(password: str) -> str:
    """What to keep of a password: an Argon2id hash (RFC 9106), another text each time.

    Raises:
        arlen_http.ServerBusy: too many others wait; the request is answered with 503.
    """
    return await _passwords.hash(password)


async def verify_password(password: str, stored: str | None) -> PasswordCheck:
    """Whether this is the password that ``stored`` is the hash of; ``None`` for users who do not exist.

    Raises:
        arlen_http.ServerBusy: too many others wait; the request is answered with 503.
    """
    return await _passwords.verify(password, stored)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
