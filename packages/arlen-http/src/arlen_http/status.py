"""Status codes: reason phrases and the status lines built from them."""

from __future__ import annotations

__all__ = ["STATUS_LINES", "allows_body", "reason_phrase", "status_line"]

REASON_PHRASES = {
    100: "Continue",
    101: "Switching Protocols",
    102: "Processing",
    103: "Early Hints",
    200: "OK",
    201: "Created",
    202: "Accepted",
    203: "Non-Authoritative Information",
    204: "No Content",
    205: "Reset Content",
    206: "Partial Content",
    207: "Multi-Status",
    208: "Already Reported",
    226: "IM Used",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    305: "Use Proxy",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Payload Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    416: "Range Not Satisfiable",
    417: "Expectation Failed",
    421: "Misdirected Request",
    422: "Unprocessable Content",
    423: "Locked",
    424: "Failed Dependency",
    425: "Too Early",
    426: "Upgrade Required",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    451: "Unavailable For Legal Reasons",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
    506: "Variant Also Negotiates",
    507: "Insufficient Storage",
    508: "Loop Detected",
    511: "Network Authentication Required",
}


def reason_phrase(status: int) -> str:
    """The registered phrase for a status code, or ``"Unknown"`` (RFC 9110 section 15)."""
    return REASON_PHRASES.get(status, "Unknown")


def status_line(status: int) -> bytes:
    """The status line of HTTP/1.1 for any code from 100 to 999, with its line end."""
    return b"HTTP/1.1 %d %b\r\n" % (status, reason_phrase(status).encode("ascii"))


def allows_body(status: int) -> bool:
    """Whether a response with this status may carry content (RFC 9112 section 6.3)."""
    return status >= 200 and status not in (204, 304)


STATUS_LINES = {status: status_line(status) for status in REASON_PHRASES}
