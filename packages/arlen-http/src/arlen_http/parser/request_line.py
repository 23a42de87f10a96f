"""The first line of a request: method, target and version (RFC 9112 section 3)."""

from __future__ import annotations

import re

from arlen_http.errors import RequestRefused

from .rules import HeadRules

__all__ = ["METHODS", "absolute_target", "is_plain_line", "parse_unusual_line", "unusual_method"]

_METHOD_NAMES = """
    ACL BIND CHECKOUT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY
    OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SUBSCRIBE UNBIND UNLINK UNLOCK
    UNSUBSCRIBE
"""
METHODS = {name.encode(): name for name in _METHOD_NAMES.split()}

_LINE = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+)(?: ([\x21-\x7e]+))?")
_VERSIONS = {None: "", "HTTP/1.0": "1.0", "HTTP/1.1": "1.1"}
_OTHER_VERSION = re.compile(r"HTTP/[0-9]+(?:\.[0-9]+)?")
_UPPER_CASE_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Z]+")
_ABSOLUTE = re.compile(r"https?://([^/?#@]+)([/?][^#]*)?", re.IGNORECASE)


# What a request line holds besides its method and its target.
_REST_OF_LINE_BYTES = len("  HTTP/1.1")


def is_plain_line(words: list[bytes], line_end: int) -> bool:
    """Whether a request line is no more than method, target and a version of the usual length, with one space between.

    Args:
        words: the head's bytes, split at its first two spaces.
        line_end: where in these bytes the line ends.
    """
    return len(words) == 3 and line_end == len(words[0]) + len(words[1]) + _REST_OF_LINE_BYTES


def parse_unusual_line(line: str, rules: HeadRules) -> tuple[str, str, str]:
    """Method, target and version of a line that is not plainly ``METHOD target HTTP/1.1``.

    The version is ``"1.0"``, ``"1.1"``, or ``""`` for a line of two words, which is read as HTTP/1.1.

    Raises:
        RequestRefused: 400 for what is no request line, 505 for another version of HTTP.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise RequestRefused(400, "invalid_request_line", "the request line is not 'METHOD target HTTP/1.1'")
    method, target, version = found.groups()
    if version is None:
        rules.check_versionless()
    if version in _VERSIONS:
        return method, target, _VERSIONS[version]
    if _OTHER_VERSION.fullmatch(version):
        raise RequestRefused(505, "unsupported_version", f"{version} is not served; use HTTP/1.1")
    raise RequestRefused(400, "invalid_request_line", f"{version!r} is not a version of HTTP")


def unusual_method(token: str, rules: HeadRules) -> str:
    """A method that is not in `METHODS`.

    Raises:
        RequestRefused: 400, 405 or 501.
    """
    if token == "TRACE":
        rules.check_trace()
        return token
    if _UPPER_CASE_METHOD.fullmatch(token):
        raise RequestRefused(501, "unknown_method", f"the method {token} is not implemented")
    raise RequestRefused(400, "invalid_request_line", "the method is not an upper-case token")


def absolute_target(method: str, target: str) -> tuple[str, str | None]:
    """Path with query, and the authority if there is one, of a target that does not begin with ``/``.

    Raises:
        RequestRefused: 400, for a target in none of the forms of RFC 9112 section 3.2 that a server of resources takes.
    """
    if target == "*" and method == "OPTIONS":
        return target, None
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        raise RequestRefused(400, "invalid_target", "the request target is neither a path nor an absolute URL")
    authority, rest = found.groups(default="/")
    return rest if rest.startswith("/") else "/" + rest, authority
