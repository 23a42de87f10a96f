"""The table ``[errors]``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ErrorSettings:
    """``[errors]``"""

    format: str = field(
        default="arlen",
        metadata={
            "env": "ARLEN_ERRORS_FORMAT",
            "choices": ("arlen", "problem"),
            "doc": "shape of errors as JSON: arlen, or problem for Problem Details (RFC 9457); clients that accept "
            "application/problem+json get the latter in any case",
        },
    )
