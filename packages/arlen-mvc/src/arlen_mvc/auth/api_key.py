"""Keys of programs, in a header field, the query or a cookie."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from arlen_mvc.callables import awaits

from .errors import AuthError
from .principal import Principal
from .scheme import Identify, Scheme

if TYPE_CHECKING:
    from arlen_http import Request

    from arlen_mvc.context import Context

    from .authenticator import Authenticator

KeyLookup = Callable[[str], "Principal | Awaitable[Principal | None] | None"]
"""Whose key this is, or ``None``; sync or async."""


@dataclass(frozen=True, slots=True)
class ApiKey(Scheme):
    """A key in the field, parameter or cookie ``field``; ``lookup`` says whose it is.

    Look keys up by :func:`key_digest`, not by the key: a database that holds digests gives no key away, and neither
    does the time of its answers. :class:`KnownKeys` does so for a handful of keys.
    """

    lookup: KeyLookup
    field: str = "x-api-key"
    place: Literal["header", "query", "cookie"] = "header"
    name: str = "ApiKeyAuth"

    def definition(self, authenticator: Authenticator) -> Mapping[str, Any]:
        return {"type": "apiKey", "in": self.place, "name": self.field}

    def identifier(self, authenticator: Authenticator) -> Identify:
        lookup: Callable[[str], Any] = self.lookup
        read = self._reader()

        def identify(ctx: Context) -> Principal | None:
            key = read(ctx.request)
            return None if key is None else _known(lookup(key))

        async def identify_awaited(ctx: Context) -> Principal | None:
            key = read(ctx.request)
            return None if key is None else _known(await lookup(key))

        return identify_awaited if awaits(lookup) else identify

    def _reader(self) -> Callable[[Request], str | None]:
        name = self.field
        match self.place:
            case "header":
                return lambda request: _only(request.headers.get_all(name))
            case "query":
                return lambda request: _only(request.query.get_all(name))
            case "cookie":
                return lambda request: request.cookies.get(name)


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """A lookup for a few keys: the digests of keys (:func:`key_digest`), and whose they are.

    Every digest is compared, each in a time that says nothing of where it differs.
    """

    owners: Mapping[str, Principal] = field(repr=False)

    def __call__(self, key: str) -> Principal | None:
        digest, found = key_digest(key), None
        for known, owner in self.owners.items():
            if hmac.compare_digest(known.encode(), digest.encode()):
                found = owner
        return found


def key_digest(key: str) -> str:
    """What to keep of a key: SHA-256 in hexadecimal digits. Keys need 128 random bits or more (``secrets``)."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _only(values: list[str]) -> str | None:
    if len(values) > 1:
        raise AuthError("the key is given more than once", code="invalid_credentials")
    return values[0] if values else None


def _known(principal: Principal | None) -> Principal:
    if principal is None:
        raise AuthError("nobody has this key", code="invalid_credentials")
    return principal
