"""Retries that do no harm: an unsafe request with an Idempotency-Key is done once, and answered again from memory
(draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from arlen_http import Response

from arlen_mvc.errors import HTTPError

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.middleware import CallNext
    from arlen_mvc.routes import RouteDeclaration

_UNSAFE = frozenset(("POST", "PUT", "PATCH", "DELETE", "ANY"))
_KEY = re.compile(r'"([!#-\[\]-~]{1,255})"|([!#-\[\]-~]{1,255})')
_UNDECIDED = frozenset((401, 403, 408, 409, 425, 429))
"""Refusals that say nothing about the operation: it was not tried."""
_PERSONAL = frozenset(("set-cookie",))
_DAY = 86_400.0
_FORGOTTEN_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it is given again."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of a key: which request has it, and how it was answered; ``None`` while it runs."""

    fingerprint: str
    answer: StoredAnswer | None = None


class IdempotencyStore(Protocol):
    """Keeps attempts by key. One that several processes share must take a key atomically, and let go of one whose
    process has died."""

    async def take(self, key: str, fingerprint: str, seconds: float) -> Attempt | None:
        """Take a key for a request; ``None`` means that it is taken now, else what the earlier request has left."""

    async def complete(self, key: str, attempt: Attempt, seconds: float) -> None:
        """Keep the answer for this long."""

    async def release(self, key: str) -> None:
        """Forget a key that was taken: the operation may be tried again."""


class MemoryIdempotencyStore:
    """Attempts in this process: of at most ``most`` answers with ``most_bytes`` of content, the oldest go first.

    ``clock`` gives seconds.
    """

    __slots__ = ("_answered", "_bytes", "_clock", "_most", "_most_bytes", "_running")

    def __init__(
        self, most: int = 10_000, most_bytes: int = 67_108_864, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._clock = clock
        self._bytes = 0
        self._running: dict[str, Attempt] = {}
        self._answered: dict[str, tuple[Attempt, float]] = {}

    def __len__(self) -> int:
        return len(self._running) + len(self._answered)

    async def take(self, key: str, fingerprint: str, seconds: float) -> Attempt | None:
        if key in self._running:
            return self._running[key]
        self._forget_old()
        if key in self._answered:
            return self._answered[key][0]
        self._running[key] = Attempt(fingerprint)
        return None

    async def complete(self, key: str, attempt: Attempt, seconds: float) -> None:
        self._running.pop(key, None)
        self._answered[key] = (attempt, self._clock() + seconds)
        self._bytes += _size(attempt)
        self._forget_old()

    async def release(self, key: str) -> None:
        self._running.pop(key, None)

    def _forget_old(self) -> None:
        now = self._clock()
        for key, (attempt, until) in list(islice(self._answered.items(), _FORGOTTEN_AT_ONCE)):
            if until > now and len(self._answered) <= self._most and self._bytes <= self._most_bytes:
                return
            del self._answered[key]
            self._bytes -= _size(attempt)


def _size(attempt: Attempt) -> int:
    return 0 if attempt.answer is None else len(attempt.answer.body)


def credentials(ctx: Context) -> str:
    """Who asks, by what they show: ``Authorization`` and ``Cookie``; the client's address without either."""
    fields = ctx.request.head.last
    shown = fields.get(b"authorization", b"") + b"\0" + fields.get(b"cookie", b"")
    return shown.decode("latin-1") if len(shown) > 1 else ctx.request.effective_remote_address


class Idempotency:
    """A layer for routes and groups whose unsafe requests may carry an ``Idempotency-Key``.

    The first request with a key is served, and its answer kept for ``seconds``; the same request again gets that answer
    with ``Idempotent-Replayed: true``. Meanwhile it is refused with 409 ``idempotency_key_in_use``, and the key with
    another content with 422 ``idempotency_key_reused``. Keys are told apart by ``principal(ctx)`` and route. Answers of
    500 and above, streams, and refusals that leave the operation untried are not kept, and cookies are not repeated.

    Args:
        required: refuse requests without a key: 400 ``idempotency_key_missing``.
    """

    __slots__ = ("_principal", "_required", "_seconds", "_store")

    def __init__(
        self,
        store: IdempotencyStore | None = None,
        *,
        seconds: float = _DAY,
        principal: Callable[[Context], str] = credentials,
        required: bool = False,
    ) -> None:
        self._store = MemoryIdempotencyStore() if store is None else store
        self._seconds = seconds
        self._principal = principal
        self._required = required

    def for_route(self, route: RouteDeclaration | None) -> Idempotency | None:
        """Nothing for routes that only read."""
        return self if route is not None and not _UNSAFE.isdisjoint(route.methods) else None

    async def __call__(self, ctx: Context, call_next: CallNext) -> Response:
        if ctx.request.method not in _UNSAFE:
            return await call_next(ctx)
        key = self._key(ctx)
        if key is None:
            return await call_next(ctx)
        fingerprint = _fingerprint(ctx, await ctx.request.body())
        earlier = await self._store.take(key, fingerprint, self._seconds)
        if earlier is not None:
            return _answered_before(earlier, fingerprint)
        return await self._first(ctx, call_next, key, fingerprint)

    async def _first(self, ctx: Context, call_next: CallNext, key: str, fingerprint: str) -> Response:
        kept = False
        try:
            response = await call_next(ctx)
            if response.in_memory and response.status < 500 and response.status not in _UNDECIDED:
                await self._store.complete(key, Attempt(fingerprint, _stored(response)), self._seconds)
                kept = True
            return response
        finally:
            if not kept:
                await self._store.release(key)

    def _key(self, ctx: Context) -> str | None:
        given = ctx.header("idempotency-key")
        if given is None:
            if self._required:
                raise HTTPError(400, "idempotency_key_missing", "this request needs an Idempotency-Key")
            return None
        found = _KEY.fullmatch(given)
        if found is None:
            message = "an Idempotency-Key is 1 to 255 visible characters, in quotes"
            raise HTTPError(400, "idempotency_key_invalid", message)
        parts = (self._principal(ctx), ctx.request.method, ctx.request.root_path, ctx.route.path, found[1] or found[2])
        return _digest(*(part.encode("utf-8", "surrogatepass") for part in parts))


def _answered_before(attempt: Attempt, fingerprint: str) -> Response:
    if attempt.fingerprint != fingerprint:
        raise HTTPError(422, "idempotency_key_reused", "this Idempotency-Key was used for another request")
    if attempt.answer is None:
        message = "a request with this Idempotency-Key is being served"
        raise HTTPError(409, "idempotency_key_in_use", message, headers={"retry-after": "1"})
    answer = attempt.answer
    headers = [*answer.headers, ("idempotent-replayed", "true")]
    return Response(answer.body, answer.status, headers, answer.content_type)


def _stored(response: Response) -> StoredAnswer:
    headers = tuple((name, value) for name, value in response.own_headers or () if name not in _PERSONAL)
    return StoredAnswer(response.status, headers, response.content_type, bytes(response.body))


def _fingerprint(ctx: Context, body: bytes) -> str:
    request = ctx.request
    return _digest(
        request.raw_path.encode(), request.query_string.encode("latin-1"), request.content_type.encode(), body
    )


def _digest(*parts: bytes) -> str:
    """One digest of all parts, told apart by their lengths."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
