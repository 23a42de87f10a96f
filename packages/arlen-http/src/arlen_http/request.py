"""A request as a handler sees it: a head that is there at once, and parts that are parsed when they are asked for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from .body import RequestBody
from .cookies import Cookies
from .errors import RequestRefused
from .forwarding.forwarded import Address, Forwarded
from .headers import Headers, HeaderSource, MutableHeaders
from .limits import RequestLimits
from .parser.head import RequestHead
from .query import Query

if TYPE_CHECKING:
    from .forms import Form

__all__ = ["Address", "Peer", "Request"]

_NO_PARAMS: Mapping[str, object] = MappingProxyType({})
_LIMITS = RequestLimits()
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CHARSET = re.compile(r""";[ \t]*charset=(?:"([^"]*)"|([^\s;"]+))""", re.IGNORECASE)
_ENCODED_SLASH = re.compile(r"(%2[Ff])")


class Peer(Protocol):
    """The other end of a request, as far as a handler may know it."""

    @property
    def client(self) -> Address | None:
        """Address and port of the socket's other end; ``None`` over a Unix socket or without a connection."""

    @property
    def server(self) -> Address | None:
        """Address and port of this end."""

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``, as the socket speaks it."""

    @property
    def client_certificate(self) -> Mapping[str, Any] | None:
        """The verified certificate of the peer, as `ssl.SSLSocket.getpeercert` gives it."""

    def forwarded(self, head: RequestHead) -> Forwarded:
        """What the head of a request says of its client, if this peer is a proxy whose word counts."""

    @property
    def disconnected(self) -> bool:
        """Whether the peer has gone."""

    async def wait_disconnected(self) -> None:
        """Return when the peer has gone."""

    async def send_early_hints(self, head: RequestHead, links: Sequence[str]) -> None:
        """Let the client of the request with this head fetch these links before the response, if it can be told."""


class Request:
    """One request.

    Attributes:
        method: in upper case.
        raw_path: the target before ``?``, still percent-encoded ASCII, without ``root_path``.
        query_string: the target after the first ``?``, still encoded.
        http_version: ``"1.1"`` or ``"1.0"``.
        root_path: the percent-encoded prefix under which the application is mounted, ``""`` at the top.
        route_params: what the route captured; empty until the request is routed.
    """

    __slots__ = (
        "_body",
        "_cookies",
        "_headers",
        "_limits",
        "_path",
        "_peer",
        "_query",
        "_state",
        "head",
        "http_version",
        "method",
        "query_string",
        "raw_path",
        "root_path",
        "route_params",
    )

    def __init__(self, head: RequestHead, body: RequestBody, peer: Peer) -> None:
        self.head = head
        self.method = head.method
        self.raw_path = head.raw_path
        self.query_string = head.query_string
        self.http_version = head.http_version
        self.root_path = ""
        self.route_params = _NO_PARAMS
        self._body = body
        self._peer = peer
        self._limits = _LIMITS
        self._path: str | None = None
        self._headers: Headers | None = None
        self._query: Query | None = None
        self._cookies: Cookies | None = None

    @classmethod
    def build(
        cls,
        method: str = "GET",
        target: str = "/",
        *,
        headers: HeaderSource = (),
        body: bytes | str = b"",
        client: Address | None = ("127.0.0.1", 0),
        scheme: str = "http",
    ) -> Request:
        """A request without a connection, for tests and for clients in the same process.

        ``Host: localhost`` and ``Content-Length`` are added where they are missing.
        """
        from .detached import DetachedPeer

        content = body.encode() if isinstance(body, str) else body
        fields = MutableHeaders(headers)
        if "host" not in fields:
            fields.append("host", "localhost")
        if content and "content-length" not in fields:
            fields.append("content-length", str(len(content)))
        pairs = [(name.encode(), value.encode()) for name, value in fields]
        head = RequestHead(method.upper(), target, "1.1", pairs)
        head.body_length = len(content)
        return cls(head, RequestBody.of(content), DetachedPeer(client, scheme))

    def replace(self, *, raw_path: str | None = None, root_path: str | None = None) -> Request:
        """The same request as a mounted application sees it; body, state and peer are shared."""
        view = Request(self.head, self._body, self._peer)
        view.query_string = self.query_string
        view.raw_path = self.raw_path if raw_path is None else raw_path
        view.root_path = self.root_path if root_path is None else root_path
        view._limits = self._limits
        view._state = self.state
        return view

    def limit_parts(self, limits: RequestLimits) -> None:
        """Hold query and cookies to these limits rather than to the usual ones."""
        self._limits = limits

    def with_body(
        self, fields: list[tuple[bytes, bytes]], transformed: Callable[[RequestBody], RequestBody]
    ) -> Request:
        """The same request with its body transformed, and the fields that describe it then."""
        view = self.replace()
        view.head = RequestHead(self.method, self.raw_path, self.http_version, fields)
        view._body = transformed(self._body)
        return view

    @property
    def path(self) -> str:
        """``raw_path`` with its percent-escapes decoded as UTF-8 once; ``%2F`` stays encoded, inside its segment.

        Raises:
            RequestRefused: 400 ``malformed_path`` for a malformed escape, text that is not UTF-8, or ``%00``.
        """
        if self._path is None:
            self._path = decoded_path(self.raw_path)
        return self._path

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The fields in order of arrival, names in lower case, values without surrounding whitespace."""
        return [(name, value.rstrip(b" \t")) for name, value in self.head.fields]

    @property
    def headers(self) -> Headers:
        """The fields by name."""
        if self._headers is None:
            self._headers = Headers(self.head.fields, self.head.last)
        return self._headers

    @property
    def query(self) -> Query:
        """The parameters of the query string.

        Raises:
            RequestRefused: 400 above ``max_query_params``, 1000 by default.
        """
        if self._query is None:
            self._query = Query.parse(self.query_string, self._limits.max_query_params)
        return self._query

    @property
    def cookies(self) -> Cookies:
        """The cookies that the client sent back.

        Raises:
            RequestRefused: 400 above ``max_cookies``, 200 by default.
        """
        if self._cookies is None:
            self._cookies = Cookies.parse(self.headers.get_all("cookie"), self._limits.max_cookies)
        return self._cookies

    @property
    def state(self) -> dict[str, Any]:
        """Whatever the application keeps beside this request."""
        try:
            return self._state
        except AttributeError:
            self._state: dict[str, Any] = {}
            return self._state

    @property
    def client(self) -> Address | None:
        """Address and port of the socket's other end, which may be a proxy; ``None`` over a Unix socket."""
        return self._peer.client

    @property
    def effective_client(self) -> Address | None:
        """Address and port (0 when unknown) of the client, by the word of trusted proxies where there are some."""
        return self.forwarded.client or self._peer.client

    @property
    def remote_address(self) -> str:
        """The address of the socket's other end, which may be a proxy; ``""`` over a Unix socket."""
        client = self._peer.client
        return client[0] if client else ""

    @property
    def effective_remote_address(self) -> str:
        """The address of the client, by the word of trusted proxies where there are some; for logs and limits."""
        client = self.effective_client
        return client[0] if client else ""

    @property
    def client_certificate(self) -> Mapping[str, Any] | None:
        """The certificate that the client has proved to hold, as `ssl.SSLSocket.getpeercert` gives it.

        ``None`` unless the server asks for one (``tls.client_ca``).
        """
        return self._peer.client_certificate

    @property
    def forwarded(self) -> Forwarded:
        """What trusted proxies say of the client; all empty where nobody does."""
        return self._peer.forwarded(self.head)

    @property
    def server(self) -> Address | None:
        """Address and port at which the request arrived; ``None`` over a Unix socket."""
        return self._peer.server

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``: that of the client, by the word of trusted proxies where there are some."""
        return self.forwarded.scheme or self._peer.scheme

    @property
    def host(self) -> str:
        """The host that the client asked for, with its port if it names one; ``""`` when it named none.

        The Host field, or what trusted proxies have seen in its place.
        """
        return self.forwarded.host or self.headers.get("host", "")

    @property
    def url(self) -> str:
        """The URL that the client asked for, still encoded."""
        query = f"?{self.query_string}" if self.query_string else ""
        return f"{self.scheme}://{self.host}{self.root_path}{self.raw_path}{query}"

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters; ``""`` when none is given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The ``charset`` parameter of the media type in lower case; ``""`` when none is given."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return (found[1] or found[2]).lower() if found else ""

    @property
    def is_secure(self) -> bool:
        """Whether the client speaks HTTPS."""
        return self.scheme == "https"

    @property
    def base_url(self) -> str:
        """Where the application is mounted, still encoded, without a slash at its end."""
        return f"{self.scheme}://{self.host}{self.root_path}"

    @property
    def trailers(self) -> Mapping[str, str]:
        """The fields that followed a chunked body, by name in lower case; never part of ``headers``."""
        return self._body.trailers

    @property
    def body_complete(self) -> bool:
        """Whether the last byte of the body has arrived."""
        return self._body.complete

    @property
    def body_finished(self) -> bool:
        """Whether nothing of the body is left to be read by `stream`."""
        return self._body.complete and not self._body.size

    @property
    def content(self) -> bytes:
        """The body that has already arrived, as it has for every plain function.

        Raises:
            BodyNotReadError: it has not; await `body` first.
        """
        return self._body.content

    async def body(self) -> bytes:
        """The whole body, waited for.

        Raises:
            ClientDisconnect: the client went away before its end.
            RequestRefused: 400 or 413.
        """
        return await self._body.read()

    def stream(self) -> AsyncIterator[bytes]:
        """The body as it arrives, for ``async for``; it can be read once.

        Raises:
            As `body`.
        """
        return self._body.stream()

    async def text(self) -> str:
        """The body as UTF-8 text.

        Raises:
            RequestRefused: 400 ``invalid_encoding``, 415 for a body in a content coding.
        """
        self.refuse_coded_body()
        content = await self._body.read()
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestRefused(400, "invalid_encoding", f"the body is not UTF-8: {error}") from error

    async def json(self) -> Any:
        """The value of a JSON body.

        Raises:
            RequestRefused: 400 ``invalid_json``, 415 for a body in a content coding.
        """
        from . import json

        self.refuse_coded_body()
        content = await self._body.read()
        try:
            return json.loads(content)
        except json.JSONError as error:
            raise RequestRefused(400, "invalid_json", f"the body is {error}", **error.details) from error

    async def form(self) -> Form:
        """The fields and files of an ``application/x-www-form-urlencoded`` or ``multipart/form-data`` body.

        Raises:
            RequestRefused: 400 for a broken form, 413 above a limit, 415 for another media type.
        """
        from .forms import read_form

        return await read_form(self)

    def refuse_coded_body(self) -> None:
        """For whoever understands a body, and not only hands its bytes on.

        Raises:
            RequestRefused: 415 ``unknown_content_coding``; the body was sent in one that the server does not decode.
        """
        coding = self.head.last.get(b"content-encoding", b"identity").strip().lower()
        if coding != b"identity":
            name = coding.decode()
            raise RequestRefused(415, "unknown_content_coding", f"bodies in {name} are not decoded here", coding=name)

    async def send_early_hints(self, links: Sequence[str]) -> None:
        """Answer ``103 Early Hints``, so that the client fetches what the response will need (RFC 8297).

        Does nothing for a client of HTTP/1.0, once the response has begun, and under a server that cannot do it.

        Args:
            links: values of the Link field, such as ``</style.css>; rel=preload; as=style``.

        Raises:
            InvalidHeader: a link contains a line break or another control character.
            ClientDisconnect: the client has gone.
        """
        await self._peer.send_early_hints(self.head, links)

    def is_disconnected(self) -> bool:
        """Whether the client has gone; it will not see the answer."""
        return self._peer.disconnected

    async def wait_disconnected(self) -> None:
        """Return when the client has gone."""
        await self._peer.wait_disconnected()

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.root_path}{self.raw_path}>"


def decoded_path(raw_path: str) -> str:
    """A path with its percent-escapes decoded; see `Request.path`."""
    if "%" not in raw_path:
        return raw_path
    if _BAD_ESCAPE.search(raw_path):
        raise RequestRefused(400, "malformed_path", "the path contains a malformed percent-escape", path=raw_path)
    parts = _ENCODED_SLASH.split(raw_path)
    parts[::2] = [_decoded(part, raw_path) for part in parts[::2]]
    return "".join(parts)


def _decoded(part: str, raw_path: str) -> str:
    from urllib.parse import unquote_to_bytes

    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRefused(400, "malformed_path", "the path is not UTF-8", path=raw_path) from error
    if "\0" in text:
        raise RequestRefused(400, "malformed_path", "the path contains a NUL", path=raw_path)
    return text
