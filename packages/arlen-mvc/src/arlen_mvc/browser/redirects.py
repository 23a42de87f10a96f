"""Redirect targets that come from a client: only those that lead back to us."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_REWRITTEN_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f\\]")
_WEB = ("http", "https")


def is_safe_redirect(location: str, host: str) -> bool:
    """Whether a browser that is sent to ``location`` by ``host`` (name and port) stays there.

    A path from the root, or an http(s) URL of that very host. Everything that browsers and this function might read
    differently is unsafe: backslashes, control characters, blanks, user information, ``//`` (WHATWG URL, section 4.4).
    """
    if not location or _REWRITTEN_BY_BROWSERS.search(location):
        return False
    if location.startswith("/"):
        return not location.startswith("//")
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    prefix = f"{parts.scheme}://"
    return parts.scheme in _WEB and location[: len(prefix)].lower() == prefix and parts.netloc.lower() == host.lower()
