"""The table ``[csrf]``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class CSRFSettings:
    """``[csrf]``"""

    enabled: bool | None = field(
        default=None,
        metadata={
            "env": "ARLEN_CSRF_ENABLED",
            "doc": "refuse unsafe requests that other sites made; by default wherever there are sessions",
        },
    )
    header_name: str = field(
        default="x-csrf-token",
        metadata={"env": "ARLEN_CSRF_HEADER_NAME", "doc": "request header that holds the token"},
    )
    query_param_name: str = field(
        default="csrf_token",
        metadata={
            "env": "ARLEN_CSRF_QUERY_PARAM_NAME",
            "doc": "query parameter, and form field, that hold the token",
        },
    )
    trusted_origins: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_CSRF_TRUSTED_ORIGINS",
            "doc": "other origins whose pages may send requests too, such as https://app.example.org",
        },
    )

    def resolved(self, enabled: bool) -> CSRFSettings:
        """The same with nothing left to decide: ``enabled`` is whether there are sessions."""
        return replace(self, enabled=enabled if self.enabled is None else self.enabled)
