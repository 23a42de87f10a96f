"""A response: status, fields and a body in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Self

from . import json
from .cookies import SameSite, cookie_header
from .errors import InvalidHeader
from .headers import HeaderSource, MutableHeaders
from .writer import ResponseWriter

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Response", "content_type_line"]

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"


class Response:
    """What a handler returns.

    Attributes:
        status: the status code, 200 to 599.
        body: the content; text given to the constructor is encoded as UTF-8.
        content_type: the media type with its parameters; ``""`` sends none. A ``content-type`` in ``headers`` wins.
        constant_headers: field lines that are encoded already, each ending in CRLF, sent as they are after ``headers``.
        own_headers: what ``headers`` holds, ``None`` as long as nobody has asked for them.
        after: callables without parameters, called in order when the last byte has been handed to the system; an
            awaitable that one returns is awaited.
    """

    __slots__ = ("after", "body", "constant_headers", "content_type", "own_headers", "status")

    #: Whether ``body`` is all of the content; other responses bring their own `send`.
    in_memory: ClassVar[bool] = True
    #: Whether `send` is cancelled when the client goes away, rather than left to find out by itself.
    ends_with_client: ClassVar[bool] = True

    def __init__(
        self,
        body: bytes | str = b"",
        status: int = 200,
        headers: HeaderSource | None = None,
        content_type: str | None = None,
    ) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        self.content_type = TEXT if content_type is None else content_type
        self.constant_headers = b""
        self.after: tuple[Callable[[], object], ...] = ()
        self.own_headers: MutableHeaders | None = MutableHeaders(headers) if headers else None

    @classmethod
    def text(cls, body: str, status: int = 200, headers: HeaderSource | None = None) -> Self:
        """Plain text."""
        return cls(body, status, headers, TEXT)

    @classmethod
    def html(cls, body: str, status: int = 200, headers: HeaderSource | None = None) -> Self:
        """An HTML page."""
        return cls(body, status, headers, HTML)

    @classmethod
    def json(cls, value: object, status: int = 200, headers: HeaderSource | None = None) -> Self:
        """A value as JSON.

        Raises:
            JSONError: the value cannot be written as JSON.
        """
        return cls(json.dumps(value), status, headers, JSON)

    @classmethod
    def redirect(cls, location: str, status: int = 302, headers: HeaderSource | None = None) -> Self:
        """Send the client to another URL; characters that a URL cannot hold are percent-encoded."""
        from urllib.parse import quote

        response = cls(b"", status, headers)
        response.headers.set("location", quote(location, safe="%/:=&?~#+!$,;'@()*[]"))
        return response

    @classmethod
    def empty(cls, status: int = 204, headers: HeaderSource | None = None) -> Self:
        """No content."""
        return cls(b"", status, headers, "")

    def copy(self) -> Response:
        """The same answer, with fields and callbacks that can be changed apart from this one's."""
        other = Response(self.body, self.status, None, self.content_type)
        other.own_headers = self.own_headers and self.own_headers.copy()
        other.constant_headers = self.constant_headers
        other.after = self.after
        return other

    @property
    def headers(self) -> MutableHeaders:
        """The fields beside Content-Type; created on first access."""
        if self.own_headers is None:
            self.own_headers = MutableHeaders()
        return self.own_headers

    def set_cookie(
        self,
        name: str,
        value: str = "",
        *,
        max_age: int | None = None,
        expires: datetime | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = True,
        samesite: SameSite | None = "Lax",
        partitioned: bool = False,
    ) -> None:
        """Give the client a cookie; arguments and errors are those of `arlen_http.cookies.cookie_header`."""
        cookie = cookie_header(
            name,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )
        self.headers.append("set-cookie", cookie)

    def delete_cookie(
        self, name: str, *, path: str | None = "/", domain: str | None = None, secure: bool = False
    ) -> None:
        """Take a cookie back; path and domain must be those with which it was set."""
        self.set_cookie(name, max_age=0, path=path, domain=domain, secure=secure)

    async def send(self, writer: ResponseWriter) -> None:
        """Write this response, head and content."""
        await writer.whole(self, self.body)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}>"


@lru_cache(maxsize=256)
def content_type_line(content_type: str) -> bytes:
    """The Content-Type line of a head.

    Raises:
        InvalidHeader: the type contains a control character.
    """
    if not content_type:
        return b""
    if not content_type.isprintable():
        raise InvalidHeader(f"{content_type!r} is not a media type", details={"content_type": content_type})
    return f"content-type: {content_type}\r\n".encode()
