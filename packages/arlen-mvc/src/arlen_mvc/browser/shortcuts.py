"""The browser's part of the context: cookies, safe redirects, nonces."""

from __future__ import annotations

from datetime import datetime

from arlen_http import Response
from arlen_http.cookies import SameSite

from arlen_mvc.context.answers import Answers

from .content_security_policy import Nonce
from .redirects import is_safe_redirect


class BrowserShortcuts(Answers):
    """What an action tells a browser beside its answer."""

    __slots__ = ()

    def cookie(self, name: str) -> str | None:
        """A cookie that the browser has sent."""
        return self.request.cookies.get(name)

    def set_cookie(
        self,
        name: str,
        value: str = "",
        *,
        max_age: int | None = None,
        expires: datetime | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool | None = None,
        httponly: bool = True,
        samesite: SameSite | None = "Lax",
    ) -> None:
        """Give the browser a cookie (RFC 6265bis); ``max_age`` in seconds, ``secure`` by default over HTTPS.

        Raises:
            arlen_http.InvalidHeader: characters that a cookie cannot carry, or attributes that contradict each other.
        """
        self.response.set_cookie(
            name,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=self.request.is_secure if secure is None else secure,
            httponly=httponly,
            samesite=samesite,
        )

    def delete_cookie(self, name: str, *, path: str | None = "/", domain: str | None = None) -> None:
        """Take a cookie back; path and domain must be those with which it was set."""
        self.set_cookie(name, max_age=0, path=path, domain=domain, secure=self.request.is_secure or None)

    def is_safe_redirect(self, location: str) -> bool:
        """Whether this location, which a client has named, is a place of this very host."""
        return is_safe_redirect(location, self.request.host)

    def safe_redirect(self, location: str | None, fallback: str = "/", status: int = 302) -> Response:
        """Send the client to a location that it has named itself, such as ``?next=``, or to ``fallback`` when that is
        missing or leads elsewhere.

        Raises:
            ValueError: the status is no redirect.
        """
        return self.redirect(location if location and self.is_safe_redirect(location) else fallback, status)

    @property
    def csp_nonce(self) -> str:
        """The nonce of this response, which its content security policy allows; drawn when first asked for."""
        nonce = self.kept(Nonce) or self.keep(Nonce, Nonce.draw())
        return nonce.text
