"""Ways to say who is asking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import AuthError
from .principal import NOBODY, Principal

if TYPE_CHECKING:
    from arlen_http import Request

    from arlen_mvc.context import Context

    from .authenticator import Authenticator

Identify: TypeAlias = "Callable[[Context], Principal | Awaitable[Principal | None] | None]"
"""Gives the caller, or ``None`` when the request holds nothing of this kind.

Raises:
    AuthError: it holds something, and that is not right.
"""

REALM = 'realm="arlen"'


class Scheme(ABC):
    """One way to identify a caller. Subclass it for a way of your own; an instance may serve many routes."""

    __slots__ = ()

    name: str
    """What the OpenAPI document calls it; unique among the schemes of an application."""

    @abstractmethod
    def definition(self, authenticator: Authenticator) -> Mapping[str, Any]:
        """Its Security Scheme Object (OpenAPI 3.1)."""

    @abstractmethod
    def identifier(self, authenticator: Authenticator) -> Identify:
        """The function that looks at each request, a plain or a coroutine function; asked for once, at start.

        ``authenticator.tokens`` verifies bearer tokens as the configuration says.

        Raises:
            AuthError: the application lacks what it needs; the message becomes part of the refusal to start.
        """

    def challenge(self, scopes: Sequence[str], error: str) -> str:
        """Its part of ``WWW-Authenticate`` (RFC 9110 section 11.6.1); empty: none."""
        return ""

    @property
    def entrance(self) -> str:
        """The path of a page where a person can identify themselves; empty: none."""
        return ""


class Anyone(Scheme):
    """Lets in whoever none of the schemes before it knows: ``auth=[SessionLogin(), Anyone()]``.

    ``ctx.principal`` is then ``None``, and required scopes or roles still refuse.
    """

    __slots__ = ()

    name = ""

    def definition(self, authenticator: Authenticator) -> Mapping[str, Any]:
        return {}

    def identifier(self, authenticator: Authenticator) -> Identify:
        return lambda ctx: NOBODY


def credentials(request: Request, scheme: str) -> str | None:
    """What follows the name of the scheme in the ``Authorization`` field, or ``None`` when it is about another one.

    Raises:
        AuthError: ``invalid_authorization_header``: the field is repeated, or has not exactly two parts.
    """
    values = [value for name, value in request.head.fields if name == b"authorization"]
    if not values:
        return None
    parts = values[0].decode("latin-1").split()
    if len(values) > 1 or not parts:
        raise AuthError("Authorization is repeated or empty", code="invalid_authorization_header")
    if parts[0].lower() != scheme:
        return None
    if len(parts) != 2:
        raise AuthError(f"Authorization is not `{scheme} ...` in two parts", code="invalid_authorization_header")
    return parts[1]
