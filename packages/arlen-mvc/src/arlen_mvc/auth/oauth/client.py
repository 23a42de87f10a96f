"""This application as the client of a provider: to the login page and back."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arlen_mvc.auth.claims import ClaimRules
from arlen_mvc.auth.errors import AuthError, OAuthError
from arlen_mvc.auth.fetching import Ask, Fetch, FetchError, fetch
from arlen_mvc.auth.keys import ALGORITHMS, HMAC
from arlen_mvc.auth.remote_keys import RemoteKeys
from arlen_mvc.auth.tokens import Tokens

from .authlib import authorization_address, code_verifier, token_request
from .pending import Pending, take
from .provider import Provider

if TYPE_CHECKING:
    from arlen_http import Response

    from arlen_mvc.context import Context

_LEEWAY = 60.0


@dataclass(frozen=True, slots=True)
class Login:
    """A login that succeeded: the verified ``claims`` of the ID token (``{}`` without OpenID Connect), the provider's
    answer with its ``access_token``, and where the person wanted to go.
    """

    claims: Mapping[str, Any]
    token: Mapping[str, Any] = field(repr=False)
    next: str = "/"


class OAuthClient:
    """The authorization code grant with PKCE, ``state`` and ``nonce``, all kept in the session.

    Either ``issuer``, whose addresses are discovered when they are first needed, or ``provider`` with the addresses.
    ``fetch`` sends requests; ``clock`` gives seconds since 1970.

    The session cookie must be ``SameSite=Lax``, or the browser comes back from the provider without it.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str = "",
        *,
        issuer: str = "",
        provider: Provider | None = None,
        scopes: Sequence[str] = ("openid", "email", "profile"),
        fetch: Fetch = fetch,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._issuer = issuer
        self._provider = provider
        self._scopes = tuple(scopes)
        self._fetch = fetch
        self._clock = clock
        self._tokens: Tokens | None = None

    async def provider(self) -> Provider:
        """The provider's addresses.

        Raises:
            OAuthError: ``oauth_provider``.
        """
        if self._provider is None:
            self._provider = await Provider.discover(self._issuer, self._fetch)
        return self._provider

    async def begin(self, ctx: Context, redirect_uri: str, *, next: str = "/", **parameters: str) -> Response:
        """Send the browser to the provider, which sends it back to ``redirect_uri``, an absolute address.

        ``next`` is where the person wants to go afterwards; an address outside of this site becomes ``/``.
        ``parameters`` are added to the request, such as ``prompt="login"``.

        Raises:
            OAuthError: ``oauth_provider``.
            SessionRequired: the application has no sessions.
        """
        provider = await self.provider()
        verifier = code_verifier()
        target = next if ctx.is_safe_redirect(next) else "/"
        pending = Pending.begin(self._client_id, redirect_uri, target, verifier, self._clock())
        asked = {
            **parameters,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._scopes),
            "state": pending.remember(ctx.session),
            "nonce": pending.nonce if self._identifies(provider) else None,
        }
        return ctx.redirect(authorization_address(provider.authorization_endpoint, self._client_id, verifier, asked))

    async def complete(self, ctx: Context) -> Login:
        """What the request that the browser came back with means: the code is exchanged, the ID token verified.

        Call ``ctx.log_in`` with what you make of it.

        Raises:
            OAuthError: every code of it.
            SessionRequired: the application has no sessions.
        """
        answer = ctx.request.query
        pending = take(ctx.session, answer.get("state") or "", self._client_id, self._clock())
        if "error" in answer:
            raise OAuthError("the provider refused the login", code="oauth_refused", details={"error": answer["error"]})
        provider = await self.provider()
        if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
            raise OAuthError("the answer is from another issuer", code="oauth_state")
        token = await self._exchange(provider, answer.get("code") or "", pending)
        claims = await self._identity(provider, token, pending) if self._identifies(provider) else {}
        return Login(claims, token, pending.next)

    async def userinfo(self, login: Login) -> Mapping[str, Any]:
        """What the provider tells about the person beyond the ID token (OpenID Connect Core 1.0 section 5.3).

        Raises:
            OAuthError: ``oauth_provider``, also when it answers about somebody else.
        """
        provider = await self.provider()
        headers = {"authorization": f"Bearer {login.token['access_token']}", "accept": "application/json"}
        known = await self._ask(Ask(provider.userinfo_endpoint, headers))
        if self._identifies(provider) and known.get("sub") != login.claims["sub"]:
            raise OAuthError("the provider told about somebody else", code="oauth_provider")
        return known

    def _identifies(self, provider: Provider) -> bool:
        return bool(provider.jwks_uri) and "openid" in self._scopes

    async def _exchange(self, provider: Provider, code: str, pending: Pending) -> Mapping[str, Any]:
        if not code:
            raise OAuthError("the provider sent the browser back without a code", code="oauth_provider")
        parameters = {"code": code, "redirect_uri": pending.redirect_uri, "code_verifier": pending.verifier}
        ask = token_request(provider.token_endpoint, self._client_id, self._client_secret, parameters)
        token = await self._ask(ask)
        if not isinstance(token.get("access_token"), str):
            raise OAuthError("the provider's answer holds no access token", code="oauth_provider")
        return token

    async def _ask(self, ask: Ask) -> Mapping[str, Any]:
        try:
            reply = await self._fetch(ask)
            answer = reply.json
        except (FetchError, ValueError) as error:
            raise OAuthError(f"{ask.url} gave no answer in JSON", code="oauth_provider") from error
        if reply.status != 200 or not isinstance(answer, dict) or "error" in answer:
            reason = answer.get("error") if isinstance(answer, dict) else None
            details = {"status": reply.status, "error": reason}
            raise OAuthError(
                f"{ask.url} answered {reply.status} {reason or ''}", code="oauth_provider", details=details
            )
        return answer

    async def _identity(self, provider: Provider, token: Mapping[str, Any], pending: Pending) -> Mapping[str, Any]:
        try:
            principal = await self._verifier(provider).principal_awaited(str(token.get("id_token", "")))
        except AuthError as error:
            raise OAuthError(f"the ID token is refused: {error}", code="oauth_id_token") from error
        claims = principal.claims
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), pending.nonce.encode()):
            raise OAuthError("the ID token is of another login", code="oauth_id_token")
        several = isinstance(claims["aud"], tuple) and len(claims["aud"]) > 1
        if ("azp" in claims or several) and claims.get("azp") != self._client_id:
            raise OAuthError("the ID token is for another client", code="oauth_id_token")
        return claims

    def _verifier(self, provider: Provider) -> Tokens:
        if self._tokens is None:
            remote = RemoteKeys(provider.jwks_uri, fetch=self._fetch, clock=self._clock)
            rules = ClaimRules(provider.issuer, self._client_id, _LEEWAY, ("sub", "iat", "exp"))
            self._tokens = Tokens((), ALGORITHMS - HMAC, rules, remote=remote, clock=self._clock)
        return self._tokens
