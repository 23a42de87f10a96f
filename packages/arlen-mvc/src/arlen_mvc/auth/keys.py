"""Keys that verify tokens, and which algorithms each of them may be used for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

HMAC = frozenset(("HS256", "HS384", "HS512"))
RSA = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"))
CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
EDWARDS = frozenset(("EdDSA",))
ALGORITHMS = HMAC | RSA | EDWARDS | frozenset(CURVES.values())


@dataclass(frozen=True, slots=True)
class Key:
    """One key. Its own nature decides on ``algorithms``: a public key never verifies a message authentication code.

    ``id`` is the ``kid`` that a token names it by; a key without one is tried for every token that it fits.
    """

    id: str | None
    algorithms: frozenset[str]
    material: Any = field(repr=False)


def fitting(keys: Iterable[Key], algorithm: str, id: str | None) -> Sequence[Key]:
    """The keys that may verify a token with this algorithm and key id."""
    return [key for key in keys if algorithm in key.algorithms and (id is None or key.id is None or key.id == id)]
