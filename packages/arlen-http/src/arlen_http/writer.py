"""How a response leaves, whatever carries it: a connection of this server, or another server's ASGI ``send``."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from .request import Request
    from .response import Response
    from .upgrade import Upgrade

__all__ = ["ResponseWriter"]


class ResponseWriter(Protocol):
    """Writes one response to one request: either `whole`, or `begin` with what follows and `end`, or `upgrade`.

    Every method may raise `ClientDisconnect`; there is nothing to be done about it but to stop.
    """

    request: Request

    @property
    def head_only(self) -> bool:
        """Whether content is neither wanted nor sent: the request is HEAD, or the status has none."""

    async def whole(self, response: Response, body: bytes) -> None:
        """Write a head and all of its content at once."""

    async def begin(self, response: Response, length: int | None) -> None:
        """Write a head; its content has ``length`` bytes, or as many as will be written."""

    async def write(self, data: bytes) -> None:
        """Write content, and wait until the peer can take more.

        Raises:
            ResponseFramingError: this is more than `begin` announced.
        """

    async def write_file(self, file: BinaryIO, offset: int, count: int) -> None:
        """Write ``count`` bytes of a regular file from ``offset`` on."""

    def add_trailers(self, lines: bytes) -> None:
        """Fields to follow the content, as whole lines; dropped where the content is not chunked."""

    async def end(self) -> None:
        """The content is complete.

        Raises:
            ResponseFramingError: this is less than `begin` announced.
        """

    def upgrade(self, response: Upgrade) -> None:
        """Answer 101 and hand the connection over.

        Raises:
            RequestRefused: 426, where the connection is not this program's to give away.
        """
