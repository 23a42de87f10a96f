"""A request as a handler sees it: a head that is there at once, and parts that are parsed when they are asked for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from .body import RequestBody
from .cookies import Cookies
from .errors import RequestRefused
from .headers import Headers, HeaderSource, MutableHeaders
from .parser.head import RequestHead
from .query import Query

if TYPE_CHECKING:
    from .forms import Form

__all__ = ["Peer", "Request"]

Address = tuple[str, int]

_NO_PARAMS: Mapping[str, object] = MappingProxyType({})
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
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
        """``"http"`` or ``"https"``."""

    @property
    def disconnected(self) -> bool:
        """Whether the peer has gone."""

    async def wait_disconnected(self) -> None:
        """Return when the peer has gone."""


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
        view._state = self.state
        return view

    @property
    def path(self) -> str:
        """``raw_path`` with its percent-escapes decoded as UTF-8 once; ``%2F`` stays encoded, inside its segment.

        Raises:
            RequestRefused: 400 ``malformed_path`` for a malformed escape, text that is not UTF-8, or ``%00``.
        """
        try:
            return self._path
        except AttributeError:
            self._path: str = decoded_path(self.raw_path)
            return self._path

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The fields in order of arrival, names in lower case, values without surrounding whitespace."""
        return [(name, value.rstrip(b" \t")) for name, value in self.head.fields]

    @property
    def headers(self) -> Headers:
        """The fields by name."""
        try:
            return self._headers
        except AttributeError:
            self._headers: Headers = Headers(self.head.fields, self.head.last)
            return self._headers

    @property
    def query(self) -> Query:
        """The parameters of the query string.

        Raises:
            RequestRefused: 400 above 1000 parameters.
        """
        try:
            return self._query
        except AttributeError:
            self._query: Query = Query.parse(self.query_string)
            return self._query

    @property
    def cookies(self) -> Cookies:
        """The cookies that the client sent back.

        Raises:
            RequestRefused: 400 above 200 cookies.
        """
        try:
            return self._cookies
        except AttributeError:
            self._cookies: Cookies = Cookies.parse(self.headers.get_all("cookie"))
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
        """Address and port of the socket's other end; ``None`` over a Unix socket."""
        return self._peer.client

    @property
    def server(self) -> Address | None:
        """Address and port at which the request arrived; ``None`` over a Unix socket."""
        return self._peer.server

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``."""
        return self._peer.scheme

    @property
    def host(self) -> str:
        """The Host field, with its port if it names one; ``""`` when an HTTP/1.0 client sent none."""
        return self.headers.get("host", "")

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
            RequestRefused: 400 ``invalid_encoding``.
        """
        content = await self._body.read()
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestRefused(400, "invalid_encoding", f"the body is not UTF-8: {error}") from error

    async def json(self) -> Any:
        """The value of a JSON body.

        Raises:
            RequestRefused: 400 ``invalid_json``.
        """
        from . import json

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
