"""Authlib: the requests of the authorization code grant (RFC 6749 section 4.1) with PKCE (RFC 7636)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from arlen_mvc.auth.fetching import Ask
from arlen_mvc.errors import MissingDependencyError

try:
    from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
    from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
        prepare_grant_uri,
        prepare_token_request,
    )
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingDependencyError("logging in with another site needs Authlib", extra="oauth") from error

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def authorization_address(endpoint: str, client_id: str, verifier: str, parameters: Mapping[str, str | None]) -> str:
    """Where to send the browser."""
    challenge = create_s256_code_challenge(verifier)
    address: str = prepare_grant_uri(
        endpoint, client_id, "code", **parameters, code_challenge=challenge, code_challenge_method="S256"
    )
    return address


def code_verifier() -> str:
    """A fresh one, of 384 random bits."""
    return secrets.token_urlsafe(48)


def token_request(endpoint: str, client_id: str, client_secret: str, parameters: Mapping[str, str]) -> Ask:
    """The exchange of a code for tokens; a client without a secret is a public one."""
    body = prepare_token_request("authorization_code", **parameters)
    way = ClientAuth(client_id, client_secret, "client_secret_basic" if client_secret else "none")
    address, headers, body = way.prepare("POST", endpoint, dict(_FORM), body)
    return Ask(address, headers, body.encode())
