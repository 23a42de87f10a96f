"""Addresses that open one attachment to whoever has them, for a while."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from arlen_services.clock import Clock, system_clock
from arlen_services.errors import AttachmentError

from .disposition import Disposition

SHORTEST_SECRET = 16


class AttachmentLinks:
    """Signed addresses (HMAC-SHA-256) below one path of the application, such as ``/attachments``.

    Args:
        secret: known to every process of the application and to nobody else; 16 bytes or more. A derived key signs.
        path: where the route is that serves them.
        clock: tells the present moment.

    Raises:
        AttachmentError: ``weak_secret``; permanent.
    """

    __slots__ = ("_clock", "_key", "_path")

    def __init__(self, secret: str | bytes, *, path: str = "/attachments", clock: Clock = system_clock) -> None:
        raw = secret.encode() if isinstance(secret, str) else bytes(secret)
        if len(raw) < SHORTEST_SECRET:
            raise AttachmentError(
                f"a secret of {len(raw)} bytes does not protect attachments; use {SHORTEST_SECRET} random "
                "bytes or more",
                code="weak_secret",
                permanent=True,
            )
        self._key = hmac.digest(raw, b"arlen.services.attachments.links", hashlib.sha256)
        self._path = path.rstrip("/")
        self._clock = clock

    def url(
        self,
        attachment_id: str,
        *,
        expires_in: timedelta = timedelta(minutes=5),
        disposition: Disposition = "attachment",
    ) -> str:
        """A path with a query that opens this attachment until ``expires_in`` is over."""
        expires = int((self._clock() + expires_in).timestamp())
        signature = self._sign(attachment_id, str(expires), disposition)
        query = urlencode({"expires": expires, "disposition": disposition, "signature": signature})
        return f"{self._path}/{attachment_id}?{query}"

    def check(self, attachment_id: str, query: Mapping[str, str]) -> Disposition:
        """The disposition that a link was made for.

        Raises:
            AttachmentError: ``bad_link`` when it was not made here for this attachment, ``expired_link`` when its time
                is over; permanent.
        """
        expires, disposition = query.get("expires", ""), query.get("disposition", "")
        signature = self._sign(attachment_id, expires, disposition)
        if not hmac.compare_digest(signature.encode(), query.get("signature", "").encode()):
            raise AttachmentError(
                "this link was not signed here for this attachment; ask for a new one", code="bad_link", permanent=True
            )
        if int(expires) <= self._clock().timestamp():
            raise AttachmentError(
                "the time of this link is over; ask for a new one", code="expired_link", permanent=True
            )
        return "inline" if disposition == "inline" else "attachment"

    def _sign(self, attachment_id: str, expires: str, disposition: str) -> str:
        said = "\n".join((attachment_id, expires, disposition)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, said, hashlib.sha256).hex()
