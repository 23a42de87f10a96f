"""The table ``[security_headers]``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SecurityHeaderSettings:
    """``[security_headers]``; an empty value leaves the header out."""

    enabled: bool = field(default=True, metadata={"env": "ARLEN_SECURITY_HEADERS_ENABLED", "doc": "send these headers"})
    content_security_policy: str = field(
        default="default-src 'self'", metadata={"env": "ARLEN_CONTENT_SECURITY_POLICY", "doc": "CSP level 3"}
    )
    content_security_policy_report_only: str = field(
        default="",
        metadata={
            "env": "ARLEN_CONTENT_SECURITY_POLICY_REPORT_ONLY",
            "doc": "a second policy, whose violations the browser reports and does not prevent",
        },
    )
    strict_transport_security: str = field(
        default="",
        metadata={
            "env": "ARLEN_STRICT_TRANSPORT_SECURITY",
            "doc": "Strict-Transport-Security, such as max-age=31536000; sent over HTTPS only",
        },
    )
    permissions_policy: str = field(
        default="",
        metadata={"env": "ARLEN_PERMISSIONS_POLICY", "doc": "Permissions-Policy, such as camera=(), geolocation=()"},
    )
    content_type_options: str = field(default="nosniff", metadata={"doc": "X-Content-Type-Options"})
    frame_options: str = field(default="SAMEORIGIN", metadata={"doc": "X-Frame-Options"})
    referrer_policy: str = field(default="strict-origin-when-cross-origin", metadata={"doc": "Referrer-Policy"})
    cross_origin_opener_policy: str = field(default="same-origin", metadata={"doc": "Cross-Origin-Opener-Policy"})
    cross_origin_resource_policy: str = field(default="same-site", metadata={"doc": "Cross-Origin-Resource-Policy"})
    permitted_cross_domain_policies: str = field(default="none", metadata={"doc": "X-Permitted-Cross-Domain-Policies"})
