"""Conditional requests (RFC 9110 section 13) and what caches may keep."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, TypedDict, Unpack

from arlen_http.conditional import Verdict, evaluate, quoted_etag
from arlen_http.dates import http_date

from arlen_mvc.context.answers import Answers
from arlen_mvc.errors import HTTPError

from .cache_control import CacheControl

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.routes import RouteDeclaration

_TAG_BYTES = 16
_READING = frozenset(("GET", "HEAD", "ANY"))


class Directives(TypedDict, total=False):
    """The arguments of :class:`CacheControl`."""

    public: bool
    private: bool
    no_store: bool
    no_cache: bool
    must_revalidate: bool
    proxy_revalidate: bool
    immutable: bool
    no_transform: bool
    max_age: int | None
    s_maxage: int | None
    stale_while_revalidate: int | None
    stale_if_error: int | None


class ConditionalAnswers(Answers):
    """The part of the context that spares clients what they have, and protects them from overwriting what they have
    not seen."""

    __slots__ = ()

    def etag(self, tag: str) -> bool:
        """Name the version of what is answered, or about to be changed, and hold the request's conditions against it.

        Quotes are added where they are missing; ``W/`` makes the tag weak. An empty tag does nothing.

        Returns:
            Whether the client has this version already: the answer is then 304, and there is nothing left to do.

        Raises:
            HTTPError: 412 ``precondition_failed``: the client wants to change another version than this one.
        """
        tag = tag.strip()
        if not tag:
            return False
        etag = quoted_etag(tag)
        self.response.headers["etag"] = etag
        return self._decided(evaluate(self.request, etag, None), {"etag": etag})

    def last_modified(self, moment: datetime | float) -> bool:
        """The same by the time of the last change: a ``datetime`` with its zone, or POSIX seconds.

        The conditions on dates do not count when the request has one on tags: use :meth:`etag` for those.

        Raises:
            HTTPError: 412 ``precondition_failed``: it was changed after the client has seen it.
            ValueError: the ``datetime`` has no zone.
        """
        seconds = int(moment.timestamp() if isinstance(moment, datetime) else moment)
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValueError(f"{moment} has no zone; write datetime.now(timezone.utc), or .replace(tzinfo=...)")
        date = http_date(seconds)
        self.response.headers["last-modified"] = date
        fields = self.request.head.last
        if b"if-match" in fields or b"if-none-match" in fields:
            return False
        return self._decided(evaluate(self.request, None, seconds), {"last-modified": date})

    def cache_control(self, **directives: Unpack[Directives]) -> None:
        """Say what caches may keep: ``ctx.cache_control(public=True, max_age=3600)``.

        Raises:
            ValueError: directives contradict each other, or a time is negative.
        """
        self.response.headers["cache-control"] = str(CacheControl(**directives))

    def vary(self, *names: str) -> None:
        """Name request headers on which the answer depends; each stands there once."""
        for name in names:
            self.response.headers.add_vary(name)

    def _decided(self, verdict: Verdict, headers: dict[str, str]) -> bool:
        if verdict is Verdict.FAILED:
            raise HTTPError(412, headers=headers)
        if verdict is Verdict.SEND:
            return False
        draft = self.response
        draft.status, draft.body, draft.content_type = 304, b"", ""
        self.committed = True
        return True


class AutomaticETags:
    """The layer that gives answers to GET and HEAD a weak tag made from their content.

    The action has done its work by then: what is spared is the way to the client. Streams, files, answers that are not
    200, that have a tag or must not be stored are left alone.
    """

    __slots__ = ()

    def for_route(self, route: RouteDeclaration | None) -> AutomaticETags | None:
        """Nothing for routes that are not read from."""
        return self if route is not None and not _READING.isdisjoint(route.methods) else None

    def did_process(self, ctx: Context) -> None:
        response = ctx.response
        if response.status != 200 or not response.body or not response.in_memory or ctx.request.method not in _READING:
            return
        own = response.own_headers
        if own is not None and ("etag" in own or "no-store" in (own.get("cache-control") or "")):
            return
        etag = f'W/"{blake2b(response.body, digest_size=_TAG_BYTES).hexdigest()}"'
        ctx.header_lines += f"etag: {etag}\r\n".encode()
        if b"if-none-match" in ctx.request.head.last and evaluate(ctx.request, etag, None) is Verdict.NOT_MODIFIED:
            response.status, response.body, response.content_type = 304, b"", ""
