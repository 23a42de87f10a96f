"""``[cors]``"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CORSSettings:
    """``[cors]``: pages of which other origins may read what this application answers."""

    allow_origins: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_CORS_ALLOW_ORIGINS",
            "doc": "origins such as https://app.example.com, or * for every origin; none leaves CORS off",
        },
    )
    allow_origin_patterns: tuple[str, ...] = field(
        default=(), metadata={"doc": "regular expressions that the whole of an origin has to fit"}
    )
    allow_methods: tuple[str, ...] = field(
        default=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), metadata={"doc": "methods that pages may use"}
    )
    allow_headers: tuple[str, ...] = field(
        default=(), metadata={"doc": "request headers that pages may set, or * for those that they ask for"}
    )
    expose_headers: tuple[str, ...] = field(default=(), metadata={"doc": "response headers that pages may read"})
    allow_credentials: bool = field(
        default=False, metadata={"doc": "let pages send cookies and logins; not together with the origin *"}
    )
    max_age_seconds: int = field(
        default=600, metadata={"minimum": 0, "doc": "how long browsers remember what they may do"}
    )
