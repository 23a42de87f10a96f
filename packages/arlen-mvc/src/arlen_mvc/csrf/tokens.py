"""CSRF tokens: one secret for each session, never shown as it is.

A page that is compressed and repeats text of an attacker would give away a constant secret by its length (BREACH). What
is shown is the secret under a random mask, and the mask: different each time.
"""

from __future__ import annotations

import hmac
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arlen_mvc.sessions.session import Session

_BYTES = 32
_DIGITS = 2 * _BYTES
_SHOWN = re.compile(r"[0-9a-f]{128}")


def present_token(session: Session) -> str:
    """The session's token as it may be shown; the session gets one if it has none."""
    from arlen_mvc.sessions.session import CSRF_TOKEN_KEY

    token = session.get(CSRF_TOKEN_KEY)
    if token is None:
        token = session[CSRF_TOKEN_KEY] = os.urandom(_BYTES).hex()
    return masked(token)


def masked(token: str) -> str:
    """A mask, and the token under it, in hexadecimal digits."""
    mask = os.urandom(_BYTES).hex()
    return mask + _combined(mask, token)


def is_token(shown: str, token: str) -> bool:
    """Whether a text that a client has sent is this token under a mask; the time it takes does not tell."""
    if not _SHOWN.fullmatch(shown):
        return False
    return hmac.compare_digest(_combined(shown[:_DIGITS], shown[_DIGITS:]), token)


def _combined(one: str, other: str) -> str:
    return format(int(one, 16) ^ int(other, 16), f"0{_DIGITS}x")
