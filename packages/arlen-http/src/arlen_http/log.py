"""Where the server says what went wrong."""

from __future__ import annotations

import logging

__all__ = ["logger"]

logger = logging.getLogger("arlen.http")
