"""What is wrong with ``[auth]`` before any route is looked at."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from arlen_mvc.errors import Mistake

from .keys import ALGORITHMS, HMAC
from .settings import AuthSettings

_logger = logging.getLogger("arlen")

_SHORTEST_SECRET = 32


def find_mistakes(settings: AuthSettings, environment: str) -> list[Mistake]:
    """Every fault of the table; secrets that are too short are faults in production, and a warning elsewhere."""
    production = environment == "production"
    weak = list(_weak_secrets(settings))
    if not production:
        for key in weak:
            _logger.warning("weak secret", extra={"fields": {"config_key": key}})
    return [
        *_missing_key(settings),
        *(_too_short(key) for key in weak if production),
        *_unknown_algorithms(settings),
        *_unusable_keys(settings),
        *_unsafe_address(settings, production),
    ]


def _missing_key(settings: AuthSettings) -> Iterator[Mistake]:
    if settings.enabled and not (settings.bearer_secret.strip() or settings.key_files or settings.jwks_url):
        yield Mistake(
            "auth.bearer_secret",
            "auth.enabled requires auth.bearer_secret, auth.key_files or auth.jwks_url",
            "set ARLEN_AUTH_BEARER_SECRET to 32 random bytes or more, or name the public keys",
        )


def _weak_secrets(settings: AuthSettings) -> Iterator[str]:
    secrets = {"auth.bearer_secret": settings.bearer_secret, "auth.link_secret": settings.link_secret}
    return (key for key, secret in secrets.items() if 0 < len(secret.strip().encode()) < _SHORTEST_SECRET)


def _too_short(key: str) -> Mistake:
    remedy = 'make one: python -c "import secrets; print(secrets.token_hex(32))"'
    return Mistake(key, f"is shorter than {_SHORTEST_SECRET} bytes, which can be guessed", remedy)


def _unknown_algorithms(settings: AuthSettings) -> Iterator[Mistake]:
    for name in settings.algorithms:
        if name not in ALGORITHMS:
            yield Mistake("auth.algorithms", f"{name!r} is no signature algorithm", f"use {_listed(ALGORITHMS)}")
    if not settings.algorithms:
        yield Mistake("auth.algorithms", "is empty, so no token is ever accepted", f"use {_listed(ALGORITHMS)}")


def _unusable_keys(settings: AuthSettings) -> Iterator[Mistake]:
    accepted = frozenset(settings.algorithms)
    if settings.bearer_secret.strip() and accepted and not accepted & HMAC:
        yield Mistake("auth.algorithms", "holds no HS*, so auth.bearer_secret verifies nothing", "add HS256")
    if (settings.key_files or settings.jwks_url) and accepted and accepted <= HMAC:
        remedy = "add the algorithm that the tokens are signed with, such as RS256"
        yield Mistake("auth.algorithms", "holds only HS*, so public keys verify nothing", remedy)


def _unsafe_address(settings: AuthSettings, production: bool) -> Iterator[Mistake]:
    allowed = ("https",) if production else ("https", "http")
    if settings.jwks_url and urlsplit(settings.jwks_url).scheme not in allowed:
        yield Mistake("auth.jwks_url", f"{settings.jwks_url} can be forged on the way", "use an https address")


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
