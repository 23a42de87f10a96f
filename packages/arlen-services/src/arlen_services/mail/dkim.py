"""dkimpy, which only this module imports: signatures by which receivers know the domain of a sender (RFC 6376)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from arlen_services.errors import MailError, MissingDependencyError

try:
    from dkim import DKIMException, sign  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingDependencyError("DKIM signatures", extra="dkim") from error

SIGNED = ("from", "to", "cc", "subject", "date", "message-id", "reply-to", "mime-version", "content-type")


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key and the selector under which the domain publishes its public half.

    Attributes:
        selector: the record is ``<selector>._domainkey.<domain>``.
        private_key: an RSA key in PEM.
    """

    selector: str
    private_key: bytes = field(repr=False)


class DkimSigner:
    """Signs messages, ``relaxed/relaxed``, for the domains that have a key; those of others travel unsigned.

    To change keys, publish the new selector, then give its key here; receivers still find the old one for what is under
    way.

    Args:
        keys: by domain; a key of ``example.org`` signs for ``news.example.org`` too, unless that has its own.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[str, DkimKey]) -> None:
        self._keys = {domain.strip().lower(): key for domain, key in keys.items()}

    def sign(self, content: bytes, domain: str) -> bytes:
        """The content with its signature in front.

        Raises:
            MailError: permanent, code ``dkim_failed``: the key is none.
        """
        signing = self._signing_domain(domain)
        if not signing:
            return content
        key = self._keys[signing]
        try:
            signature: bytes = sign(
                content,
                key.selector.encode(),
                signing.encode(),
                key.private_key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[name.encode() for name in SIGNED if _has(content, name)],
            )
        except (DKIMException, ValueError, TypeError) as error:
            raise MailError(
                f"the message cannot be signed for {signing} with selector {key.selector}: {error}",
                code="dkim_failed",
                details={"domain": signing, "selector": key.selector},
                permanent=True,
            ) from error
        return signature + content

    def _signing_domain(self, domain: str) -> str:
        parts = domain.lower().split(".")
        return next((name for start in range(len(parts)) if (name := ".".join(parts[start:])) in self._keys), "")


def _has(content: bytes, name: str) -> bool:
    head = content.partition(b"\r\n\r\n")[0].lower()
    return f"\r\n{name}:".encode() in b"\r\n" + head
