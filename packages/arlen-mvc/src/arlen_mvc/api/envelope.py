"""JSON answers in one frame: what was asked for under ``data`` or ``error``, and what is known of it under ``meta``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arlen_http import Response
from arlen_http.json import JSONError, dumps, loads

from arlen_mvc.context.answers import Answers

if TYPE_CHECKING:
    from arlen_mvc.context import Context

_BODILESS = frozenset((204, 205, 304))


class EnvelopeAnswers(Answers):
    """The part of the context that frames answers."""

    __slots__ = ()

    def envelope(self, data: Any, meta: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """``{"data": ..., "meta": {...}}``; ``meta`` gains the ids of the request where it does not have them."""
        known: dict[str, Any] = {"request_id": self.request_id, "correlation_id": self.request_id}
        if self.trace is not None:
            known["trace_id"] = self.trace.trace_id
        return {"data": data, "meta": known | dict(meta or {})}

    def render_envelope(self, data: Any, meta: Mapping[str, Any] | None = None, status: int | None = None) -> Response:
        """Answer with :meth:`envelope` as JSON.

        Raises:
            RenderError: ``json_serialization_failed``.
        """
        return self.render_json(self.envelope(data, meta), status)


class Envelope:
    """The layer that frames every JSON answer that is not framed already.

    An object with a ``data`` or ``error`` that is not null stays as it is, but for its ``meta.request_id``. Streams,
    files, empty answers and what is no JSON are left alone.
    """

    __slots__ = ()

    def did_process(self, ctx: Context) -> None:
        response = ctx.response
        if not response.body or response.status in _BODILESS or not response.in_memory or not _is_json(response):
            return
        try:
            value = loads(response.body)
        except JSONError:
            return
        response.body = _framed(value, response, ctx.request_id)


def _is_json(response: Response) -> bool:
    own = response.own_headers
    declared = own.get("content-type") if own is not None else None
    return (declared or response.content_type).partition(";")[0].strip().lower() == "application/json"


def _framed(value: Any, response: Response, request_id: str) -> bytes:
    """The text of the answer is kept as it was written wherever it can be."""
    meta = b'"meta":{"request_id":"%s"}}' % request_id.encode()
    body = bytes(response.body)
    if not isinstance(value, dict) or (value.get("data") is None and value.get("error") is None):
        name = b"error" if response.status >= 400 else b"data"
        return b'{"%s":%s,%s' % (name, body.strip(), meta)
    if "meta" not in value:
        return b"%s,%s" % (body.rstrip()[:-1].rstrip(), meta)
    if isinstance(value["meta"], dict) and "request_id" not in value["meta"]:
        return dumps({**value, "meta": {**value["meta"], "request_id": request_id}})
    return body
