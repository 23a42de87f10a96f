"""The header lines that every response carries for the browser's protection, encoded once."""

from __future__ import annotations

from collections.abc import Collection

from .settings import SecurityHeaderSettings


class SecurityHeaders:
    """Encoded header lines, whole or without the names that a response settles for itself.

    Names are lower-case; an empty set of names gives the whole block, made once.
    """

    __slots__ = ("_lines", "block")

    def __init__(self, settings: SecurityHeaderSettings) -> None:
        values = {
            "x-content-type-options": settings.content_type_options,
            "x-frame-options": settings.frame_options,
            "referrer-policy": settings.referrer_policy,
            "cross-origin-opener-policy": settings.cross_origin_opener_policy,
            "cross-origin-resource-policy": settings.cross_origin_resource_policy,
            "x-permitted-cross-domain-policies": settings.permitted_cross_domain_policies,
            "content-security-policy": settings.content_security_policy,
        }
        self._lines = {
            name: f"{name}: {value}\r\n".encode("latin-1")
            for name, value in values.items()
            if value and settings.enabled
        }
        self.block = b"".join(self._lines.values())

    def block_without(self, names: Collection[str]) -> bytes:
        """The lines whose name is not among these."""
        lines = self._lines
        if lines.keys().isdisjoint(names):
            return self.block
        return b"".join(line for name, line in lines.items() if name not in names)
