"""Problem Details for HTTP APIs (RFC 9457)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from arlen_mvc.errors import reason_phrase

if TYPE_CHECKING:
    from arlen_mvc.context import Context

    from .answers import Failure

PROBLEM = "application/problem+json"

_accepts_problems = re.compile(r"application/problem\+json\s*(?:[,;]|$)", re.IGNORECASE).search
_refuses_problems = re.compile(r"application/problem\+json\s*;\s*q=0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE).search


def wants_problem(ctx: Context) -> bool:
    """Whether errors as JSON have this form for the client: it says so in ``Accept``, or the settings do."""
    if ctx.runtime.settings.errors.format == "problem":
        return True
    accept = ctx.request.headers.get("accept") or ""
    return _accepts_problems(accept) is not None and _refuses_problems(accept) is None


def problem_of(ctx: Context, failure: Failure) -> dict[str, Any]:
    """The members of RFC 9457 section 3.1, and ``code``, ``request_id`` and ``errors`` as extensions.

    The type is ``about:blank``: the status says what it is, ``code`` what exactly.
    """
    title = reason_phrase(failure.status)
    problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": failure.status}
    if failure.message != title:
        problem["detail"] = failure.message
    problem["instance"] = quote(f"{ctx.request.root_path}{ctx.request.path}", safe="/:@!$&'()*+,;=~-._")
    problem |= {"code": failure.code, "request_id": ctx.request_id}
    if failure.details:
        problem["errors"] = [entry.as_dict() for entry in failure.details]
    return problem
