"""Rate limits: how often a client may call, counted in this process or in a store that several share."""

from __future__ import annotations

from .rate import Rate, RateLimit
from .settings import RateLimitSettings

__all__ = ["Rate", "RateLimit", "RateLimitSettings"]
