"""Addresses that only this application can make, good for a while."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from arlen_mvc.errors import MissingDependencyError

from .errors import LinkError

try:
    from itsdangerous import Signer
except ImportError as error:
    raise MissingDependencyError("signed links need itsdangerous", extra="auth") from error

_EXPIRES = "expires"
_SIGNATURE = "signature"
_SALT = b"arlen.signed-link.v1"


class Links:
    """Signs paths with HMAC-SHA256. The first of ``secrets`` signs; every one of them verifies.

    ``clock`` gives seconds since 1970.
    """

    __slots__ = ("_clock", "_signer")

    def __init__(self, secrets: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        keys = [secret.encode() for secret in reversed(secrets)]
        self._signer = Signer(keys, _SALT, sep=b".", key_derivation="hmac", digest_method=hashlib.sha256)
        self._clock = clock

    def sign(self, path: str, params: Mapping[str, str | int | Sequence[str]] | None = None, *, expires: float) -> str:
        """The path (with a query, if it has one already) and these parameters, signed, for ``expires`` seconds."""
        query = urlencode([*(params or {}).items(), (_EXPIRES, int(self._clock() + expires))], doseq=True)
        text = f"{path}{'&' if '?' in path else '?'}{query}"
        return f"{text}&{_SIGNATURE}={self._signer.get_signature(text.encode()).decode()}"

    def verify(self, target: str) -> None:
        """Check a path with its query, exactly as it came.

        Raises:
            LinkError: ``link_unsigned``, ``link_forged``, ``link_expired``.
        """
        text, found, signature = target.rpartition(f"&{_SIGNATURE}=")
        if not found:
            raise LinkError("the link is not signed", code="link_unsigned")
        if not self._signer.verify_signature(text.encode(), signature.encode("utf-8", "surrogatepass")):
            raise LinkError("the signature of the link is not right", code="link_forged")
        if int(text.rpartition(f"{_EXPIRES}=")[2]) <= self._clock():
            raise LinkError("the link has expired", code="link_expired")
