"""Lines on standard error, for a program that has not decided where its log goes."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from .lines import JSONLines, TextLines
from .logger import LEVELS
from .redaction import Redaction

if TYPE_CHECKING:
    from arlen_mvc.settings import Settings


def write_to_stderr(settings: Settings) -> None:
    """Let every logger of the process write lines to standard error, as configured.

    Loggers below ``arlen`` write from the configured level on, others from INFO on. Does nothing when the program has
    set up logging itself.
    """
    root, own = logging.getLogger(), logging.getLogger("arlen")
    if own.hasHandlers():
        return
    lines = JSONLines if settings.application.log_format == "json" else TextLines
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(lines(Redaction(settings.observability.log_redact)))
    root.addHandler(handler)
    level = LEVELS[settings.application.log_level or "info"]
    own.setLevel(level)
    root.setLevel(max(level, logging.INFO))
