"""A connection that keeps an access log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter

from .access_log import Access, AccessLog
from .connection import Connection, Meet
from .errors import ArlenHTTPError, RequestRefused
from .exchange import Exchange
from .parser import RequestHead
from .request import Request
from .response import Response
from .service import Service
from .stage import Stage

__all__ = ["LoggedConnection", "connection_type"]


def connection_type(service: Service) -> Callable[[Service, Meet], Connection]:
    """What serves the connections of a server."""
    format = service.settings.access_log
    return Connection if format == "off" else partial(LoggedConnection, log=AccessLog(format))


class LoggedConnection(Connection):
    """A `Connection` that tells the access log of its service what becomes of every request."""

    __slots__ = ("_began", "_failure", "_log")

    def __init__(self, service: Service, meet: Meet, log: AccessLog) -> None:
        super().__init__(service, meet)
        self._log = log
        self._began: float | None = None
        self._failure = ""

    def _begin_with_body(self, head: RequestHead) -> None:
        self._began = perf_counter()
        super()._begin_with_body(head)

    def _dispatch(self, request: Request) -> None:
        if self._stage is not Stage.GATHERING:
            self._began = perf_counter()
        super()._dispatch(request)

    def _respond(self, response: Response) -> None:
        request = self._request
        super()._respond(response)
        self._note(request, response.status, 0 if request.method == "HEAD" else len(response.body))

    def _transmitted(self, response: Response, exchange: Exchange) -> None:
        self._note(self._request, response.status, exchange.sent)
        super()._transmitted(response, exchange)

    def _refuse(self, refusal: RequestRefused) -> None:
        self._failure = refusal.code
        if self._stage in (Stage.GATHERING, Stage.HANDLING):
            self._note(self._request, refusal.status, len(refusal.text))
        else:
            self._write("", "", refusal.status, len(refusal.text), 0)
        super()._refuse(refusal)

    def _fail(self, error: BaseException) -> None:
        self._failure = error.code if isinstance(error, ArlenHTTPError) else "handler_failed"
        super()._fail(error)

    def abort(self) -> None:
        exchange = self._exchange
        if self._peer.disconnected:
            self._failure = "client_disconnect"
        self._failure = self._failure or "aborted"
        if self._stage is Stage.HANDLING and self._began is not None:
            self._note(self._request, exchange.status if exchange else 0, exchange.sent if exchange else 0)
        super().abort()

    def _note(self, request: Request, status: int, size: int) -> None:
        if self._began is None:
            return
        duration, self._began = perf_counter() - self._began, None
        target = f"{request.raw_path}?{request.query_string}" if request.query_string else request.raw_path
        self._write(request.method, target, status, size, duration, request.effective_remote_address)

    def _write(self, method: str, target: str, status: int, size: int, duration: float, client: str = "") -> None:
        failure, self._failure = self._failure, ""
        access = Access(client or self._client or "", method, target, status, size, round(duration * 1000, 1), failure)
        self._log.write(access)
