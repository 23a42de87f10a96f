"""What the claims of a token must say (RFC 7519 section 4.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .errors import AuthError


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """``issuer`` and ``audience`` are compared where they are not empty; ``leeway`` is in seconds.

    ``exp`` and ``nbf`` are checked where a token has them; ``required`` makes them (or others) obligatory.
    """

    issuer: str = ""
    audience: str = ""
    leeway: float = 0
    required: tuple[str, ...] = ()

    def check(self, claims: Mapping[str, Any], now: float) -> None:
        """Refuse claims that break a rule; ``now`` is in seconds since 1970.

        Raises:
            AuthError: ``token_expired``, ``token_not_active``, ``invalid_issuer``, ``invalid_audience``,
                ``invalid_payload``.
        """
        self.check_times(claims, now)
        if self.issuer and claims.get("iss") != self.issuer:
            raise AuthError("iss of the token is another issuer", code="invalid_issuer")
        if self.audience and self.audience not in _members(claims.get("aud")):
            raise AuthError("aud of the token does not hold this audience", code="invalid_audience")
        for claim in self.required:
            if claims.get(claim) is None:
                raise AuthError(f"the token has no {claim}", code="invalid_payload", details={"claim": claim})

    def check_times(self, claims: Mapping[str, Any], now: float) -> None:
        """The part that changes its mind with time: ``exp`` must be later than now, ``nbf`` must not."""
        if _seconds(claims, "exp", math.inf) <= now - self.leeway:
            raise AuthError("the token has expired", code="token_expired")
        if _seconds(claims, "nbf", -math.inf) > now + self.leeway:
            raise AuthError("the token is not valid yet", code="token_not_active")


def frozen(value: Any) -> Any:
    """The same JSON value, such that nobody can change it: requests with one token share its claims."""
    match value:
        case dict():
            return MappingProxyType({name: frozen(member) for name, member in value.items()})
        case list():
            return tuple(map(frozen, value))
        case _:
            return value


def _seconds(claims: Mapping[str, Any], claim: str, absent: float) -> float:
    if claim not in claims:
        return absent
    value: Any = claims[claim]
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return value
    raise AuthError(f"{claim} of the token is not a number", code="invalid_payload", details={"claim": claim})


def _members(audience: object) -> list[Any]:
    return audience if isinstance(audience, list) else [audience]
