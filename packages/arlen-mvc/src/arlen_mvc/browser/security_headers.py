"""The header lines that every response carries for the browser's protection, encoded once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from arlen_mvc.errors import Mistake

from .content_security_policy import ContentSecurityPolicy, Nonce
from .settings import SecurityHeaderSettings

if TYPE_CHECKING:
    from arlen_http import Response

    from arlen_mvc.context import Context

_POLICY = "content-security-policy"
_REPORT_ONLY = "content-security-policy-report-only"
_UNLAWFUL = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")


def find_mistakes(settings: SecurityHeaderSettings) -> list[Mistake]:
    """Values that no header can carry; they are sent as they are, so that they are looked at here, once."""
    problem, remedy = (
        "holds a line break or another character that no header can carry",
        "write it in one line of ASCII",
    )
    return [
        Mistake(f"security_headers.{each.name}", problem, remedy)
        for each in fields(settings)
        if _UNLAWFUL.search(str(getattr(settings, each.name)))
    ]


class SecurityHeaders:
    """Encoded header lines: one block for HTTP and one for HTTPS, made at start.

    A response that settles a header for itself gets the other lines; one in which a nonce was used gets policies with
    that nonce.
    """

    __slots__ = ("_over_https", "_plain", "_policies")

    def __init__(self, settings: SecurityHeaderSettings) -> None:
        values = {
            "x-content-type-options": settings.content_type_options,
            "x-frame-options": settings.frame_options,
            "referrer-policy": settings.referrer_policy,
            "cross-origin-opener-policy": settings.cross_origin_opener_policy,
            "cross-origin-resource-policy": settings.cross_origin_resource_policy,
            "x-permitted-cross-domain-policies": settings.permitted_cross_domain_policies,
            "permissions-policy": settings.permissions_policy,
            _POLICY: settings.content_security_policy,
            _REPORT_ONLY: settings.content_security_policy_report_only,
        }
        values = {name: value for name, value in values.items() if value and settings.enabled}
        secure = settings.strict_transport_security if settings.enabled else ""
        policies = {name: values[name] for name in (_POLICY, _REPORT_ONLY) if name in values}
        self._policies = {name: ContentSecurityPolicy(text) for name, text in policies.items()}
        self._plain = _Block(_encoded(values))
        self._over_https = _Block(_encoded({**values, "strict-transport-security": secure})) if secure else None

    def block_for(self, ctx: Context, response: Response) -> bytes:
        """The lines that this response does not settle for itself."""
        block = self._plain if self._over_https is None or not ctx.request.is_secure else self._over_https
        suppressed, nonce = ctx.suppressed_headers, ctx.kept(Nonce)
        if nonce is not None:
            block = _Block({**block.lines, **self._policy_lines(nonce.text)})
        if suppressed is None and response.own_headers is None:
            return block.text
        return block.without({name for name, _ in response.headers}.union(suppressed or ()))

    def _policy_lines(self, nonce: str) -> dict[str, bytes]:
        return _encoded({name: policy.with_nonce(nonce) for name, policy in self._policies.items()})


class _Block:
    """Encoded lines by lower-case name, and all of them together."""

    __slots__ = ("lines", "text")

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self.lines = lines
        self.text = b"".join(lines.values())

    def without(self, names: Collection[str]) -> bytes:
        if self.lines.keys().isdisjoint(names):
            return self.text
        return b"".join(line for name, line in self.lines.items() if name not in names)


def _encoded(values: Mapping[str, str]) -> dict[str, bytes]:
    return {name: f"{name}: {value}\r\n".encode("latin-1", "replace") for name, value in values.items()}
