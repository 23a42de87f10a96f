"""Content codings: which there are, how each is done, and which one a client wants (RFC 9110 section 8.4)."""

from __future__ import annotations

from .coding import Coding, Encoder, available_codings, coding_named
from .negotiation import accepted_codings

__all__ = ["Coding", "Encoder", "accepted_codings", "available_codings", "coding_named"]
