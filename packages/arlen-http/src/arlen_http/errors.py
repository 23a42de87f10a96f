"""What goes wrong between a peer and a handler, each with a stable code."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "AppLoadError",
    "ArlenHTTPError",
    "BodyNotReadError",
    "ClientDisconnect",
    "InvalidHeader",
    "MissingDependencyError",
    "RequestParseError",
    "RequestRefused",
    "ResponseFramingError",
    "ServerBusy",
    "ServerStartError",
]


class ArlenHTTPError(Exception):
    """Every error of this package.

    Attributes:
        code: a stable snake_case name of the fault, for programs.
        details: what was found and where, for programs.
    """

    code = "http_error"

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.details = dict(details or {})


REFUSAL_TEXTS = {
    204: "",
    400: "bad request\n",
    405: "method not allowed\n",
    408: "request timeout\n",
    413: "payload too large\n",
    415: "unsupported media type\n",
    417: "expectation failed\n",
    426: "upgrade required\n",
    431: "request headers too large\n",
    501: "not implemented\n",
    503: "server busy\n",
    505: "http version not supported\n",
}


class RequestRefused(ArlenHTTPError):
    """The request cannot be served as it was sent.

    Raised by the parser, and by the parts of a request that are parsed on first access. When it leaves a handler, the
    server answers with ``status`` and ``text``.

    Attributes:
        status: the HTTP status of the answer.
        text: the body of the answer, one line of plain text.
        headers: what the answer says beside it.
    """

    def __init__(self, status: int, code: str, message: str, **details: object) -> None:
        super().__init__(message, code=code, details=details)
        self.status = status
        self.text = REFUSAL_TEXTS[status]
        self.headers: tuple[tuple[str, str], ...] = ()


class ServerBusy(RequestRefused):
    """There is more work than the server takes: 503, with the code in ``X-Arlen-Backpressure-Reason``.

    Codes: ``http_session_limit``, ``http_client_limit``, ``websocket_session_limit``, ``http_worker_queue_full`` and
    ``http_queue_timeout``; an application may have codes of its own.
    """

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(503, code, message, **details)
        self.headers = (("retry-after", "1"), ("x-arlen-backpressure-reason", code))


class RequestParseError(ArlenHTTPError):
    """Bytes are not one complete request.

    Codes: ``missing_request_line`` (there is nothing), ``invalid_encoding`` (the head is not UTF-8) and
    ``invalid_request``; where a server would refuse them, ``details`` holds its ``status`` and ``reason``.
    """

    code = "invalid_request"


class ClientDisconnect(ArlenHTTPError, OSError):
    """The client went away before its request was read or its answer was written.

    An ``OSError``, as ASGI applications expect from ``send``.
    """

    code = "client_disconnect"


class BodyNotReadError(ArlenHTTPError):
    """The body was asked for in a way that its state does not allow.

    Codes: ``body_not_read`` (``request.content`` before the body has arrived: await ``request.body()`` first) and
    ``body_consumed`` (``request.stream()`` has already handed the bytes out).
    """

    code = "body_not_read"


class InvalidHeader(ArlenHTTPError, ValueError):
    """A response header or cookie that would not survive the wire."""

    code = "invalid_header"


class ResponseFramingError(ArlenHTTPError):
    """A response's body does not have the length that its head declares; the connection is cut."""

    code = "response_framing"


class MissingDependencyError(ArlenHTTPError):
    """An optional library is not installed; the message names the extra that brings it."""

    code = "missing_dependency"


class ServerStartError(ArlenHTTPError):
    """The server cannot listen as it is configured.

    Codes: ``invalid_host``, ``invalid_bind``, ``invalid_unix_socket_mode``, ``address_in_use`` and ``bind_failed`` for
    an address; ``invalid_tls``, ``invalid_trusted_proxies``, ``invalid_forwarded_headers``, ``invalid_allowed_hosts``.
    """

    code = "bind_failed"


class AppLoadError(ArlenHTTPError):
    """``module:attribute`` does not lead to something that can be served.

    Codes: ``invalid_reference``, ``module_not_found``, ``attribute_not_found``, ``not_an_application``.
    """

    code = "invalid_reference"
