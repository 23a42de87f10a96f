"""How much and how long: what a server allows its peers."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["RequestLimits", "RuntimeLimits", "Timeouts"]


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """How large a request may be; every limit applies to one message."""

    max_request_line_bytes: int = field(
        default=4096,
        metadata={
            "env": "ARLEN_MAX_REQUEST_LINE_BYTES",
            "minimum": 1,
            "doc": "Longest request line in bytes, without its line end; a longer one is answered 431.",
        },
    )
    max_header_bytes: int = field(
        default=32_768,
        metadata={
            "env": "ARLEN_MAX_HEADER_BYTES",
            "minimum": 1,
            "doc": "Longest head in bytes: request line, fields and blank line; a longer one is answered 431.",
        },
    )
    max_header_count: int = field(
        default=100,
        metadata={
            "env": "ARLEN_MAX_HEADER_COUNT",
            "minimum": 1,
            "doc": "Most header fields in one head; more are answered 431.",
        },
    )
    max_body_bytes: int = field(
        default=1_048_576,
        metadata={
            "env": "ARLEN_MAX_BODY_BYTES",
            "minimum": 1,
            "doc": "Longest body in bytes, after chunked framing is removed; a longer one is answered 413.",
        },
    )
    max_header_field_bytes: int = field(
        default=16_384,
        metadata={
            "env": "ARLEN_MAX_HEADER_FIELD_BYTES",
            "minimum": 1,
            "doc": "Longest header field in bytes, name and value; a longer one is answered 431.",
        },
    )
    max_query_params: int = field(
        default=1000,
        metadata={
            "env": "ARLEN_MAX_QUERY_PARAMS",
            "minimum": 1,
            "doc": "Most parameters in a query string; more are answered 400 when they are read.",
        },
    )
    max_cookies: int = field(
        default=200,
        metadata={
            "env": "ARLEN_MAX_COOKIES",
            "minimum": 1,
            "doc": "Most cookies in a request; more are answered 400 when they are read.",
        },
    )
    max_requests_per_connection: int = field(
        default=0,
        metadata={
            "env": "ARLEN_MAX_REQUESTS_PER_CONNECTION",
            "minimum": 0,
            "doc": "Requests after which a connection is closed; 0 for any number.",
        },
    )


@dataclass(frozen=True, slots=True)
class RuntimeLimits:
    """How much work a process takes at once; what is beyond is refused with 503 and a reason."""

    max_concurrent_http_sessions: int = field(
        default=10_000,
        metadata={
            "env": "ARLEN_MAX_HTTP_SESSIONS",
            "minimum": 1,
            "doc": "Most connections at once; one more is answered 503 http_session_limit.",
        },
    )
    max_connections_per_client: int = field(
        default=0,
        metadata={
            "env": "ARLEN_MAX_CONNECTIONS_PER_CLIENT",
            "minimum": 0,
            "doc": "Most connections from one address; one more is answered 503 http_client_limit. 0 for any number.",
        },
    )
    max_concurrent_http_workers: int = field(
        default=8,
        metadata={
            "env": "ARLEN_MAX_HTTP_WORKERS",
            "minimum": 1,
            "doc": "Threads that run the actions which are plain functions.",
        },
    )
    max_queued_http_connections: int = field(
        default=256,
        metadata={
            "env": "ARLEN_MAX_QUEUED_HTTP_CONNECTIONS",
            "minimum": 1,
            "doc": "Most requests that wait for a thread; one more is answered 503 http_worker_queue_full.",
        },
    )
    max_concurrent_websocket_sessions: int = field(
        default=10_000,
        metadata={
            "env": "ARLEN_MAX_WEBSOCKET_SESSIONS",
            "minimum": 1,
            "doc": "Most upgraded connections at once; one more is answered 503 websocket_session_limit.",
        },
    )


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a peer may take, in seconds; deadlines, checked once a second."""

    request_head: int = field(
        default=10,
        metadata={
            "env": "ARLEN_REQUEST_HEAD_TIMEOUT",
            "minimum": 1,
            "doc": "Seconds from the first byte of a head to its last; later ones are answered 408.",
        },
    )
    request_body_idle: int = field(
        default=30,
        metadata={
            "env": "ARLEN_REQUEST_BODY_IDLE_TIMEOUT",
            "minimum": 1,
            "doc": "Seconds without a byte of an unfinished body; then the answer is 408.",
        },
    )
    min_body_rate: int = field(
        default=240,
        metadata={
            "env": "ARLEN_MIN_BODY_RATE",
            "minimum": 0,
            "doc": "Bytes per second that a body must bring after its first ten seconds; else 408. 0 for any rate.",
        },
    )
    write_stall: int = field(
        default=30,
        metadata={
            "env": "ARLEN_WRITE_STALL_TIMEOUT",
            "minimum": 1,
            "doc": "Seconds without a byte of a response taken by the peer; then the connection is cut.",
        },
    )
    handler: int = field(
        default=0,
        metadata={
            "env": "ARLEN_HANDLER_TIMEOUT",
            "minimum": 0,
            "doc": "Seconds for an asynchronous handler; then it is cancelled and the answer is 503. 0 for any time.",
        },
    )
    queue_wait: int = field(
        default=5,
        metadata={
            "env": "ARLEN_QUEUE_WAIT_TIMEOUT",
            "minimum": 1,
            "doc": "Seconds that a request waits for a thread; then it is answered 503 http_queue_timeout.",
        },
    )
    websocket_handshake: int = field(
        default=10,
        metadata={
            "env": "ARLEN_WEBSOCKET_HANDSHAKE_TIMEOUT",
            "minimum": 1,
            "doc": "Seconds that an application has to accept or deny a WebSocket.",
        },
    )
