"""Asking other sites over HTTP: small documents, a short time, no redirects."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Protocol

from arlen_mvc.errors import ArlenMVCError

_SECONDS = 5.0
_MOST_BYTES = 1 << 20
_HANDLERS = (urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler)


class FetchError(ArlenMVCError):
    """Another site is out of reach, or its answer is not what was asked for; ``details["url"]`` is its address."""

    code = "fetch_failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none.
        """
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


@dataclass(frozen=True, slots=True)
class Ask:
    """What to send: GET without a ``body``, POST with one."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


class Fetch(Protocol):
    """Sends one request and gives its reply, whatever its status.

    Raises:
        FetchError: there is no reply.
    """

    async def __call__(self, ask: Ask, /) -> Reply: ...


async def fetch(ask: Ask) -> Reply:
    """Over HTTP or HTTPS with the certificates of the system, in a thread, at most 5 s and 1 MiB.

    Redirects are not followed, so that neither a secret nor a question about keys goes where nobody sent it.
    """
    return await asyncio.to_thread(_fetch, ask)


async def fetch_document(fetch: Fetch, url: str) -> Any:
    """The JSON document at an address.

    Raises:
        FetchError: no reply, another status than 200, or no JSON.
    """
    reply = await fetch(Ask(url, {"accept": "application/json"}))
    if reply.status != 200:
        raise FetchError(f"{url} answered {reply.status}", details={"url": url, "status": reply.status})
    try:
        return reply.json
    except ValueError as error:
        raise FetchError(f"{url} did not answer with JSON", details={"url": url}) from error


def _fetch(ask: Ask) -> Reply:
    opener = urllib.request.OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    try:
        request = urllib.request.Request(ask.url, ask.body, dict(ask.headers))
        response = opener.open(request, timeout=_SECONDS)
        if response is None:
            raise FetchError(f"{ask.url} is no http or https address", details={"url": ask.url})
        with response:
            body = response.read(_MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(f"{ask.url} cannot be asked: {error}", details={"url": ask.url}) from error
    if len(body) > _MOST_BYTES:
        raise FetchError(f"{ask.url} answered with more than {_MOST_BYTES} bytes", details={"url": ask.url})
    return Reply(response.status, body)
