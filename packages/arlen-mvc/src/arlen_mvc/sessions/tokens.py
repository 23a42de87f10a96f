"""Session tokens: authenticated encryption (AES-256-GCM, NIST SP 800-38D) under keys drawn from secrets (RFC 5869)."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "v2"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_LONGEST_TOKEN = 4096
_TO_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")


class Opened(NamedTuple):
    """The content of a genuine token, and whether the present secret has sealed it."""

    content: bytes
    by_present_secret: bool


class Tokens:
    """Seals content into texts that only the holder of a secret can read or make.

    ``v2.<nonce>.<ciphertext>``, in base64url without padding. A token is bound to a name: that of its cookie. One
    cipher is made for each secret, once.
    """

    __slots__ = ("_associated", "_ciphers")

    def __init__(self, secret: str, previous_secrets: Sequence[str], name: str) -> None:
        self._associated = f"{_VERSION}.{name}".encode()
        self._ciphers = [_cipher(each) for each in (secret, *previous_secrets) if each.strip()]

    def seal(self, content: bytes) -> str:
        """A token with this content, sealed by the present secret."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, content, self._associated)
        return f"{_VERSION}.{_encoded(nonce)}.{_encoded(sealed)}"

    def open(self, token: str) -> Opened | None:
        """The content; ``None`` for what nobody has sealed with one of the secrets for this name."""
        parts = token.split(".") if len(token) <= _LONGEST_TOKEN else ()
        if len(parts) != 3 or parts[0] != _VERSION:
            return None
        nonce, sealed = _decoded(parts[1]), _decoded(parts[2])
        if nonce is None or sealed is None or len(nonce) != _NONCE_BYTES:
            return None
        for position, cipher in enumerate(self._ciphers):
            try:
                return Opened(cipher.decrypt(nonce, sealed, self._associated), position == 0)
            except InvalidTag:
                continue
        return None


def _cipher(secret: str) -> AESGCM:
    derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"arlen.session.v2").derive(secret.encode())
    return AESGCM(derived)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes | None:
    padded = text + "=" * (-len(text) % 4)
    try:
        return a2b_base64(padded.encode("ascii").translate(_TO_STANDARD), strict_mode=True)
    except ValueError:
        return None
