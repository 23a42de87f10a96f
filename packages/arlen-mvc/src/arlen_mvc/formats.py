"""Which format a client prefers when the route does not settle it."""

from __future__ import annotations

import re
from collections.abc import Callable

from arlen_http import Request
from arlen_router import negotiate

_OFFERED = ("html", "json")
_structured_json = re.compile(r"application/[^,;/+\s]+\+json").sub


def preference(api_only: bool) -> Callable[[Request], str]:
    """JSON everywhere for an API; else what ``Accept`` says, JSON below ``/api``, HTML elsewhere."""
    return (lambda request: "json") if api_only else preferred_format


def preferred_format(request: Request) -> str:
    """``"json"`` or ``"html"``; a tie (such as ``*/*``) is settled by the path."""
    default = "json" if request.raw_path == "/api" or request.raw_path.startswith("/api/") else "html"
    accept = request.headers.get("accept")
    if not accept:
        return default
    if "+json" in accept:  # RFC 6839 section 3.1
        accept = _structured_json("application/json", accept)
    forward, backward = negotiate(accept, _OFFERED), negotiate(accept, _OFFERED[::-1])
    return default if forward != backward or forward is None else forward
