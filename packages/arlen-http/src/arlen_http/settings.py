"""What can be configured about a server, with its limits and names in the environment."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["RequestLimits", "ServerSettings", "Timeouts"]


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


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a peer may take, in seconds; checked once a second."""

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


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where a server listens and how it treats its connections."""

    host: str = field(
        default="127.0.0.1",
        metadata={
            "env": "ARLEN_HOST",
            "doc": "Address to listen on: IPv4, IPv6, localhost or unix:/path/of/socket.",
        },
    )
    port: int = field(
        default=3000,
        metadata={
            "env": ("ARLEN_PORT", "PORT"),
            "minimum": 0,
            "maximum": 65_535,
            "doc": "TCP port; 0 lets the system choose one.",
        },
    )
    listen_backlog: int = field(
        default=128,
        metadata={
            "env": "ARLEN_LISTEN_BACKLOG",
            "minimum": 1,
            "doc": "Connections that the system keeps waiting for accept().",
        },
    )
    enable_reuse_port: bool = field(
        default=False,
        metadata={"env": "ARLEN_ENABLE_REUSEPORT", "doc": "Let several processes listen on the port (SO_REUSEPORT)."},
    )
    connection_timeout_seconds: int = field(
        default=30,
        metadata={
            "env": "ARLEN_CONNECTION_TIMEOUT_SECONDS",
            "minimum": 1,
            "doc": "Seconds that a connection may stay without a request before it is closed.",
        },
    )
    graceful_shutdown_seconds: int = field(
        default=10,
        metadata={
            "env": "ARLEN_GRACEFUL_SHUTDOWN_SECONDS",
            "minimum": 0,
            "doc": "Seconds that requests in flight get to finish when the server stops.",
        },
    )
    http_parser_backend: str = field(
        default="httptools",
        metadata={
            "env": "ARLEN_HTTP_PARSER_BACKEND",
            "choices": ("httptools", "h11"),
            "aliases": {"llhttp": "httptools", "pure": "h11"},
            "doc": "The library that parses request heads.",
        },
    )
    loop: str = field(
        default="auto",
        metadata={
            "env": "ARLEN_LOOP",
            "choices": ("auto", "asyncio", "uvloop"),
            "doc": "The event loop; auto takes uvloop where it is installed.",
        },
    )
    server_header: str = field(
        default="Arlen",
        metadata={"env": "ARLEN_SERVER_HEADER", "doc": "Value of the Server header; empty sends none."},
    )
    request_limits: RequestLimits = field(default_factory=RequestLimits)
    timeouts: Timeouts = field(default_factory=Timeouts)
