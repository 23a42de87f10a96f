"""Sites that people have accounts at, and where they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arlen_mvc.auth.errors import OAuthError
from arlen_mvc.auth.fetching import Fetch, FetchError, fetch_document

_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Provider:
    """The addresses of one provider. With ``issuer`` and ``jwks_uri`` it is one of OpenID Connect, and says who
    logged in; without them it only gives tokens for its interface.
    """

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str = ""
    issuer: str = ""
    jwks_uri: str = ""

    @classmethod
    async def discover(cls, issuer: str, fetch: Fetch) -> Provider:
        """Ask an issuer for its addresses (OpenID Connect Discovery 1.0 section 4).

        Raises:
            OAuthError: ``oauth_provider``: out of reach, or its document is not its own or lacks an address.
        """
        try:
            document = await fetch_document(fetch, issuer.rstrip("/") + _WELL_KNOWN)
        except FetchError as error:
            raise OAuthError(f"{issuer} cannot be discovered: {error}", code="oauth_provider") from error
        if not isinstance(document, dict) or document.get("issuer") != issuer:
            raise OAuthError(f"the document of {issuer} is about another issuer", code="oauth_provider")
        return cls(
            _address(document, "authorization_endpoint"),
            _address(document, "token_endpoint"),
            str(document.get("userinfo_endpoint", "")),
            issuer,
            _address(document, "jwks_uri"),
        )


def _address(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise OAuthError(f"the provider's document has no address {name}", code="oauth_provider")
    return value
