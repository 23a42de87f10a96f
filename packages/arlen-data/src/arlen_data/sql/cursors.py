"""Cursors: the place where the next page begins, in the hands of a client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from .paging import Order
from .query import Query
from .refusals import refuse

_VERSION = 1


class Cursors:
    """Cursors that travel through the hands of clients: opaque, signed, and good for one query only.

    Args:
        key: the secret that signs (HMAC-SHA256), 32 bytes or more.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, query: Query, order: Order, row: Mapping[str, object]) -> str:
        """The cursor after ``row``, which has a value for each key of the order.

        ``query`` is the unpaged one: the same statement that is given to `open`.
        """
        names = [key.field.rpartition(".")[2] for key in order.keys]
        for name in names:
            if name not in row:
                raise refuse("cursor_value", name)
        values = [_stored(row[name]) for name in names]
        body = json.dumps([_VERSION, values], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(query, order, body) + body).decode().rstrip("=")

    def open(self, query: Query, order: Order, cursor: str) -> tuple[object, ...]:
        """The values that a cursor of this query stands for.

        Raises:
            SQLBuilderError: ``cursor_invalid`` for a damaged cursor, or one of another key, query or order.
        """
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise refuse("cursor_invalid") from None
        signature, body = sealed[:32], sealed[32:]
        if not hmac.compare_digest(signature, self._signature(query, order, body)):
            raise refuse("cursor_invalid")
        version, values = json.loads(body)
        if version != _VERSION:
            raise refuse("cursor_invalid")
        return tuple(_restored(kind, text) for kind, text in values)

    def _signature(self, query: Query, order: Order, body: bytes) -> bytes:
        compiled = query.compile()
        scope = f"{compiled.sql}\0{compiled.parameters!r}\0{order!r}\0".encode()
        return hmac.digest(self._key, scope + body, hashlib.sha256)


_KINDS: Mapping[str, tuple[type, Callable[[Any], Any]]] = {
    "datetime": (datetime, datetime.fromisoformat),
    "date": (date, date.fromisoformat),
    "time": (time, time.fromisoformat),
    "decimal": (Decimal, Decimal),
    "uuid": (UUID, UUID),
}
_KIND_OF: Mapping[type, str] = {kind: name for name, (kind, _) in _KINDS.items()}


def _stored(value: object) -> tuple[str, object]:
    kind = _KIND_OF.get(type(value), "")
    if kind:
        return kind, str(value)
    if value is None or isinstance(value, str | int | float):
        return "", value
    raise refuse("cursor_value", type(value).__name__)


def _restored(kind: str, stored: Any) -> object:
    return _KINDS[kind][1](stored) if kind else stored
