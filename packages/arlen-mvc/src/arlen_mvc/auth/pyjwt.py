"""PyJWT: signatures of JSON Web Tokens (RFC 7515), and the keys that verify them (RFC 7517)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from arlen_mvc.errors import MissingDependencyError

from .errors import AuthError
from .keys import ALGORITHMS, CURVES, EDWARDS, HMAC, RSA, Key

try:
    import jwt
    from jwt.algorithms import HMACAlgorithm
except ImportError as error:
    raise MissingDependencyError("bearer tokens need PyJWT", extra="auth") from error

_SMALLEST_RSA_KEY = 2048
_HASHES = {"HS256": HMACAlgorithm.SHA256, "HS384": HMACAlgorithm.SHA384, "HS512": HMACAlgorithm.SHA512}


class _KeyedHash(HMACAlgorithm):
    """Says nothing of the length of the secret at every request: the application speaks of it once, at start."""

    def check_key_length(self, key: bytes) -> str | None:
        return None


def _signatures() -> jwt.PyJWS:
    signatures = jwt.PyJWS(algorithms=sorted(ALGORITHMS))
    for name, digest in _HASHES.items():
        signatures.unregister_algorithm(name)
        signatures.register_algorithm(name, _KeyedHash(digest))
    return signatures


_jws = _signatures()


class Header(NamedTuple):
    """What a token says of its own signature; nothing of it is true until the signature is verified."""

    algorithm: str
    key_id: str | None


def unverified_header(token: str) -> Header:
    """The header of a token in compact form.

    Raises:
        AuthError: ``invalid_token_header``.
    """
    try:
        header = _jws.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise AuthError("the header of the token is malformed", code="invalid_token_header") from error
    algorithm, key_id = header.get("alg"), header.get("kid")
    return Header(algorithm if isinstance(algorithm, str) else "", key_id)


def verified_claims(token: str, key: Key, algorithm: str) -> Mapping[str, Any] | None:
    """The claims of a token that this key has signed with this algorithm, or ``None`` when it has not.

    Raises:
        AuthError: ``invalid_payload``; the signature is right, and what it signs is no JSON object.
    """
    try:
        payload = _jws.decode_complete(token, key.material, algorithms=[algorithm])["payload"]
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise AuthError("the payload of the token is not JSON", code="invalid_payload") from error
    if not isinstance(claims, dict):
        raise AuthError("the payload of the token is not a JSON object", code="invalid_payload")
    return claims


def secret_key(secret: str) -> Key:
    """A key for HS256, HS384 and HS512, and for nothing else."""
    return Key(None, HMAC, secret.encode())


def pem_key(text: str, id: str | None = None) -> Key:
    """A public key (or the one of a certificate) in PEM.

    Raises:
        AuthError: ``invalid_key``.
    """
    try:
        if "BEGIN CERTIFICATE" in text:
            return _public_key(load_pem_x509_certificate(text.encode()).public_key(), id)
        return _public_key(load_pem_public_key(text.encode()), id)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise AuthError("this is not a public key in PEM", code="invalid_key") from error


def key_set(document: object) -> tuple[Key, ...]:
    """The keys of a JSON Web Key Set that verify signatures.

    What is of another use or an unknown kind is left out (RFC 7517 section 5), and so are symmetric keys, which have
    no place in a public document.

    Raises:
        AuthError: ``invalid_key``; the document is not a key set.
    """
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise AuthError('this is not a JSON Web Key Set: there is no list "keys"', code="invalid_key")
    return tuple(key for member in members if isinstance(member, dict) and (key := _web_key(member)) is not None)


def _web_key(member: dict[str, Any]) -> Key | None:
    if member.get("use", "sig") != "sig":
        return None
    id, algorithm = member.get("kid"), member.get("alg")
    try:
        key = _public_key(jwt.PyJWK(member).key, id if isinstance(id, str) else None)
    except (jwt.PyJWTError, AuthError, ValueError, TypeError, KeyError):
        return None
    algorithms = key.algorithms if algorithm is None else key.algorithms.intersection((algorithm,))
    return Key(key.id, algorithms, key.material) if algorithms else None


def _public_key(material: object, id: str | None) -> Key:
    match material:
        case rsa.RSAPublicKey() if material.key_size >= _SMALLEST_RSA_KEY:
            return Key(id, RSA, material)
        case rsa.RSAPublicKey():
            raise AuthError(f"an RSA key needs {_SMALLEST_RSA_KEY} bits or more", code="invalid_key")
        case ec.EllipticCurvePublicKey() if material.curve.name in CURVES:
            return Key(id, frozenset((CURVES[material.curve.name],)), material)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            return Key(id, EDWARDS, material)
        case _:
            raise AuthError(f"{type(material).__name__} verifies no token", code="invalid_key")
