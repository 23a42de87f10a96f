"""Signed tokens in the ``Authorization`` field (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .principal import Principal
from .scheme import REALM, Identify, Scheme, credentials

if TYPE_CHECKING:
    from arlen_mvc.context import Context

    from .authenticator import Authenticator
    from .tokens import Tokens


@dataclass(frozen=True, slots=True)
class Bearer(Scheme):
    """``Authorization: Bearer <token>``, a JSON Web Token; ``tokens`` verifies it, else what ``[auth]`` configures."""

    tokens: Tokens | None = None
    name: str = "BearerAuth"

    def definition(self, authenticator: Authenticator) -> Mapping[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}

    def challenge(self, scopes: Sequence[str], error: str) -> str:
        scope = f', scope="{" ".join(scopes)}"' if scopes else ""
        return f"Bearer {REALM}{scope}" + (f', error="{error}"' if error else "")

    def identifier(self, authenticator: Authenticator) -> Identify:
        verifier = self.tokens or authenticator.tokens
        verify, verify_awaited = verifier.principal, verifier.principal_awaited

        def identify(ctx: Context) -> Principal | None:
            token = credentials(ctx.request, "bearer")
            return None if token is None else verify(token)

        async def identify_awaited(ctx: Context) -> Principal | None:
            token = credentials(ctx.request, "bearer")
            return None if token is None else await verify_awaited(token)

        return identify_awaited if verifier.awaits else identify
