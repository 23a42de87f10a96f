"""What can be wrong with JSON."""

from __future__ import annotations

from arlen_http.errors import ArlenHTTPError

__all__ = ["JSONError"]


class JSONError(ArlenHTTPError, ValueError):
    """Text that is not JSON, or a value that JSON cannot carry.

    Codes: ``parse_failed`` (``details["position"]`` is the character offset, where it is known), ``depth_exceeded``,
    ``unsupported_value`` and ``unknown_backend``.
    """

    code = "parse_failed"
