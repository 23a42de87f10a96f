"""Who is asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller who has been identified.

    ``claims`` is all that is known of them: the payload of a token, or what was kept at their login.
    """

    subject: str | None = None
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_claims(cls, claims: Mapping[str, Any]) -> Principal:
        """From the claims of a token: ``sub``; words of ``scope`` and members of ``scopes``; ``role``, ``roles``.

        Names are trimmed and each counts once, in their order (RFC 8693 section 4.2 for ``scope``).
        """
        subject, scope, role = claims.get("sub"), claims.get("scope"), claims.get("role")
        return cls(
            subject if isinstance(subject, str) and subject else None,
            _distinct([*(scope.split() if isinstance(scope, str) else ()), *_texts(claims.get("scopes"))]),
            _distinct([*_texts([role]), *_texts(claims.get("roles"))]),
            claims,
        )


NOBODY = Principal()
"""The caller whom a scheme lets in without knowing them."""


def _texts(members: Any) -> Iterator[str]:
    return (each for each in members if isinstance(each, str)) if isinstance(members, list) else iter(())


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(trimmed for name in names if (trimmed := name.strip())))
