"""What is wrong with the configuration of sessions and of what depends on them."""

from __future__ import annotations

import logging
import re
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from arlen_http import InvalidHeader
from arlen_http.cookies import cookie_header

from arlen_mvc.errors import Mistake

from .settings import SessionSettings
from .store import SessionStore

if TYPE_CHECKING:
    from arlen_mvc.settings import Settings

_FEWEST_BYTES = 32
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\s]+/?")
_MAKE_ONE = (
    "set ARLEN_SESSION_SECRET to 32 random bytes or more, such as: "
    'python -c "import secrets; print(secrets.token_hex(32))"'
)

_logger = logging.getLogger("arlen")


def find_mistakes(settings: Settings, resources: Container[type]) -> list[Mistake]:
    """Every fault; a secret that is too short is a fault in production, and a warning elsewhere."""
    session = settings.session
    return [
        *(_of_secret(session, settings.environment) if session.enabled and session.sealed_in_cookies else ()),
        *(_of_store(resources) if session.enabled and not session.sealed_in_cookies else ()),
        *(_of_cookie_name(session.cookie_name) if session.enabled else ()),
        *_of_dependents(settings),
        *_of_origins(settings.csrf.trusted_origins),
    ]


def _of_secret(session: SessionSettings, environment: str) -> Iterator[Mistake]:
    size = len(session.secret.strip().encode())
    if not size:
        yield Mistake("session.secret", "session.enabled requires session.secret", _MAKE_ONE)
    elif size < _FEWEST_BYTES and environment == "production":
        problem = f"weak secret: it has {size} bytes, and {_FEWEST_BYTES} is the least that cannot be guessed"
        yield Mistake("session.secret", problem, _MAKE_ONE)
    elif size < _FEWEST_BYTES:
        _logger.warning("weak secret", extra={"fields": {"config_key": "session.secret"}})


def _of_store(resources: Container[type]) -> Iterator[Mistake]:
    if SessionStore not in resources:
        remedy = "call app.provide(SessionStore, ...), or use the full framework, whose cache is one"
        yield Mistake("session.store", 'is "cache", and nothing was provided to keep sessions in', remedy)


def _of_cookie_name(name: str) -> Iterator[Mistake]:
    try:
        cookie_header(name, secure=True)
    except InvalidHeader:
        yield Mistake("session.cookie_name", f"{name!r} cannot name a cookie", "use letters, digits, '-' and '_'")


def _of_origins(origins: Iterable[str]) -> Iterator[Mistake]:
    for origin in origins:
        if not _ORIGIN.fullmatch(origin.strip()):
            remedy = "write scheme and host, and the port where it is not the usual one: https://app.example.org"
            yield Mistake("csrf.trusted_origins", f"{origin!r} is not an origin", remedy)


def _of_dependents(settings: Settings) -> Iterator[Mistake]:
    remedy = "set session.enabled = true and session.secret, or switch it off"
    if settings.csrf.enabled and not settings.session.enabled:
        yield Mistake("csrf.enabled", "csrf.enabled requires session.enabled", remedy)
    if settings.compatibility.page_state_enabled and not settings.session.enabled:
        problem = "compatibility.page_state_enabled requires session.enabled"
        yield Mistake("compatibility.page_state_enabled", problem, remedy)
