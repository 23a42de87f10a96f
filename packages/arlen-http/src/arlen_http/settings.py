"""What can be configured about a server, with its limits and names in the environment."""

from __future__ import annotations

from dataclasses import dataclass, field

from .limits import RequestLimits, RuntimeLimits, Timeouts

__all__ = [
    "CompressionSettings",
    "HTTPSettings",
    "RequestLimits",
    "RuntimeLimits",
    "ServerSettings",
    "TLSSettings",
    "Timeouts",
]


@dataclass(frozen=True, slots=True)
class HTTPSettings:
    """How strictly requests are read."""

    strict_request_line: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_STRICT_REQUEST_LINE",
            "doc": "Answer 400 to a request line without a version, which is otherwise read as HTTP/1.1.",
        },
    )
    allow_trace: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_ALLOW_TRACE",
            "doc": "Hand TRACE requests to the application; otherwise they are answered 405.",
        },
    )
    decode_content: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_DECODE_CONTENT",
            "doc": "Decode request bodies sent with Content-Encoding gzip or deflate; otherwise they are answered 415.",
        },
    )


@dataclass(frozen=True, slots=True)
class TLSSettings:
    """TLS on every TCP listener, once a certificate is named."""

    certificate: str = field(
        default="",
        metadata={
            "env": "ARLEN_TLS_CERTIFICATE",
            "doc": "PEM file with the certificate and its chain; a renewed file is taken up while serving.",
        },
    )
    key: str = field(
        default="",
        metadata={
            "env": "ARLEN_TLS_KEY",
            "secret": False,
            "doc": "PEM file with the private key; empty when it is in the certificate file.",
        },
    )
    password: str = field(
        default="",
        metadata={"env": "ARLEN_TLS_PASSWORD", "secret": True, "doc": "Password of the private key."},
    )
    minimum_version: str = field(
        default="1.2",
        metadata={
            "env": "ARLEN_TLS_MINIMUM_VERSION",
            "choices": ("1.2", "1.3"),
            "doc": "Oldest version of TLS that is spoken.",
        },
    )
    client_ca: str = field(
        default="",
        metadata={
            "env": "ARLEN_TLS_CLIENT_CA",
            "doc": "PEM file of authorities; when set, clients must present a certificate of one of them.",
        },
    )


@dataclass(frozen=True, slots=True)
class CompressionSettings:
    """Responses made smaller for the clients that accept it."""

    enabled: bool = field(
        default=False,
        metadata={"env": "ARLEN_COMPRESSION_ENABLED", "doc": "Compress textual responses."},
    )
    algorithms: tuple[str, ...] = field(
        default=("zstd", "br", "gzip"),
        metadata={
            "env": "ARLEN_COMPRESSION_ALGORITHMS",
            "doc": "Codings in the order of preference; those whose library is missing are left out.",
        },
    )
    minimum_bytes: int = field(
        default=1024,
        metadata={"env": "ARLEN_COMPRESSION_MINIMUM_BYTES", "minimum": 0, "doc": "Shortest body that is compressed."},
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
    bind: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_BIND",
            "doc": "Addresses in place of host and port: 127.0.0.1:3000, [::1]:3000, unix:/path, fd://3 or systemd.",
        },
    )
    unix_socket_mode: str = field(
        default="",
        metadata={
            "env": "ARLEN_UNIX_SOCKET_MODE",
            "doc": "Permissions of unix sockets in octal, such as 660; empty leaves what the umask gives.",
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
    request_dispatch_mode: str = field(
        default="concurrent",
        metadata={
            "env": "ARLEN_REQUEST_DISPATCH_MODE",
            "choices": ("concurrent", "serialized"),
            "doc": "concurrent, or serialized: one handler at a time, one request per connection.",
        },
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": ("ARLEN_TRUSTED_PROXIES", "FORWARDED_ALLOW_IPS"),
            "doc": "Addresses, networks, unix or * whose forwarding headers count.",
        },
    )
    trusted_proxy: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_TRUSTED_PROXY",
            "doc": "Believe the left-most forwarded address of any peer; prefer trusted_proxies.",
        },
    )
    forwarded_headers: tuple[str, ...] = field(
        default=("x-forwarded-for", "x-forwarded-proto"),
        metadata={
            "env": "ARLEN_FORWARDED_HEADERS",
            "doc": "Fields that the trusted proxies set: x-forwarded-for, -proto, -host, -port, -prefix or forwarded.",
        },
    )
    proxy_protocol: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_PROXY_PROTOCOL",
            "doc": "Read the PROXY protocol (versions 1 and 2) from trusted proxies.",
        },
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_ALLOWED_HOSTS",
            "doc": "Hosts that are served, *.example.org among them; others are answered 400. Empty for all.",
        },
    )
    access_log: str = field(
        default="off",
        metadata={
            "env": "ARLEN_ACCESS_LOG",
            "choices": ("off", "text", "json"),
            "doc": "A line for every request on the logger arlen.http.access: off, text or json.",
        },
    )
    json_backend: str = field(
        default="orjson",
        metadata={
            "env": "ARLEN_JSON_BACKEND",
            "choices": ("orjson", "stdlib"),
            "aliases": {"json": "stdlib"},
            "doc": "The library that reads and writes JSON.",
        },
    )
    static_file_fd_cache_capacity: int = field(
        default=64,
        metadata={
            "env": "ARLEN_STATIC_FILE_FD_CACHE_CAPACITY",
            "minimum": 0,
            "doc": "Static files that a process keeps open between requests; 0 opens each anew.",
        },
    )
    http: HTTPSettings = field(default_factory=HTTPSettings)
    request_limits: RequestLimits = field(default_factory=RequestLimits)
    runtime_limits: RuntimeLimits = field(default_factory=RuntimeLimits)
    timeouts: Timeouts = field(default_factory=Timeouts)
    tls: TLSSettings = field(default_factory=TLSSettings)
    compression: CompressionSettings = field(default_factory=CompressionSettings)
