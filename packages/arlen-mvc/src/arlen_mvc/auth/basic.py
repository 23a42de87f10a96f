"""User names and passwords in the ``Authorization`` field (RFC 7617)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arlen_mvc.callables import awaits

from .errors import AuthError
from .principal import Principal
from .scheme import REALM, Identify, Scheme, credentials

if TYPE_CHECKING:
    from arlen_http import Request

    from arlen_mvc.context import Context

    from .authenticator import Authenticator

LoginLookup = Callable[[str, str], "Principal | Awaitable[Principal | None] | None"]
"""Who has this name and this password, or ``None``; sync or async (see ``verify_password``)."""


@dataclass(frozen=True, slots=True)
class Basic(Scheme):
    """``Authorization: Basic ...``; ``lookup(name, password)`` says who that is. Only over https."""

    lookup: LoginLookup
    name: str = "BasicAuth"

    def definition(self, authenticator: Authenticator) -> Mapping[str, Any]:
        return {"type": "http", "scheme": "basic"}

    def challenge(self, scopes: Sequence[str], error: str) -> str:
        return f'Basic {REALM}, charset="UTF-8"'

    def identifier(self, authenticator: Authenticator) -> Identify:
        lookup: Callable[[str, str], Any] = self.lookup

        def identify(ctx: Context) -> Principal | None:
            login = _login(ctx.request)
            return None if login is None else _known(lookup(*login))

        async def identify_awaited(ctx: Context) -> Principal | None:
            login = _login(ctx.request)
            return None if login is None else _known(await lookup(*login))

        return identify_awaited if awaits(lookup) else identify


def _login(request: Request) -> tuple[str, str] | None:
    encoded = credentials(request, "basic")
    if encoded is None:
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise AuthError("this is not Base64 of UTF-8", code="invalid_authorization_header") from error
    if not colon:
        raise AuthError("there is no colon after the name", code="invalid_authorization_header")
    return name, password


def _known(principal: Principal | None) -> Principal:
    if principal is None:
        raise AuthError("nobody has this name and password", code="invalid_credentials")
    return principal
