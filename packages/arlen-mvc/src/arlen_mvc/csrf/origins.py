"""Where a request comes from, by the word of the browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arlen_http import Request

_OWN_SITES = (b"same-origin", b"none")


class Origins:
    """Tells requests that a foreign page has sent from those of our own pages, and of what is no browser.

    Browsers say so in ``Sec-Fetch-Site`` (W3C Fetch Metadata), older ones in ``Origin`` (Fetch standard). Neither can
    be set by a page. Of ``Origin`` only host and port are compared with the request's: the scheme is not always known
    behind a proxy.
    """

    __slots__ = ("_trusted",)

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = frozenset(origin.strip().lower().rstrip("/").encode() for origin in trusted)

    def are_foreign(self, request: Request) -> bool:
        """Whether the request comes from another origin that is not trusted."""
        fields = request.head.last
        origin, site = fields.get(b"origin"), fields.get(b"sec-fetch-site")
        if origin is not None and origin.strip().lower() in self._trusted:
            return False
        if site is not None:
            return site.strip() not in _OWN_SITES
        return origin is not None and origin.partition(b"://")[2].strip().lower() != request.host.lower().encode()
