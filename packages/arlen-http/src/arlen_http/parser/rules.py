"""What a server refuses or answers itself although it is good HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from arlen_http.errors import RequestRefused

__all__ = ["HeadRules"]


@dataclass(frozen=True, slots=True)
class HeadRules:
    """The rules for unusual requests; by default all are read.

    Attributes:
        versionless: whether a request line may end after its target.
        trace: whether TRACE is a method.
        server_options: whether ``OPTIONS *`` is a request like any other.
    """

    versionless: bool = True
    trace: bool = True
    server_options: bool = True

    def check_versionless(self) -> None:
        """Raises:
        RequestRefused: 400.
        """
        if not self.versionless:
            raise RequestRefused(400, "invalid_request_line", "the request line has no version")

    def check_trace(self) -> None:
        """Raises:
        RequestRefused: 405.
        """
        if not self.trace:
            raise RequestRefused(405, "trace_not_allowed", "TRACE is turned off")

    def check_server_options(self) -> None:
        """Raises:
        RequestRefused: 204, the answer to one who asks what the server can do (RFC 9110 section 9.3.7).
        """
        if not self.server_options:
            answer = RequestRefused(204, "server_options", "the server answers OPTIONS * itself")
            answer.headers = (("allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),)
            raise answer
