"""Keys that another site publishes, and changes (JSON Web Key Sets, RFC 7517)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from .errors import AuthError
from .fetching import Fetch, FetchError, fetch, fetch_document
from .keys import Key
from .pyjwt import key_set

_logger = logging.getLogger("arlen")

_LONGEST_OUTAGE = 24 * 3600.0


class RemoteKeys:
    """The key set at ``url``: fetched when it is first needed, and again when it is older than ``max_age`` seconds.

    A token that names an unknown key makes it look again at once, but not more than once in ``patience`` seconds:
    forged key ids must not turn this application into a load on the other site. While the site is out of reach the
    last keys stay good, for a day at most. ``clock`` gives seconds that never go back.
    """

    __slots__ = ("_asked_at", "_clock", "_fetch", "_fetched_at", "_flight", "_max_age", "_patience", "current", "url")

    current: Sequence[Key]
    """The keys in hand; another object whenever they were fetched."""

    def __init__(
        self,
        url: str,
        *,
        fetch: Fetch = fetch,
        max_age: float = 300,
        patience: float = 30,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.current = ()
        self._fetch = fetch
        self._max_age = max_age
        self._patience = patience
        self._clock = clock
        self._asked_at = self._fetched_at = float("-inf")
        self._flight: asyncio.Task[None] | None = None

    @property
    def fresh(self) -> bool:
        """Whether the keys in hand may be used without asking."""
        return self._clock() - self._fetched_at < self._max_age

    async def refresh(self) -> None:
        """Fetch the keys unless that was tried a moment ago; whoever comes meanwhile waits for the same answer."""
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            if self._clock() - self._asked_at < self._patience:
                return
            self._asked_at = self._clock()
            flight = self._flight = asyncio.create_task(self._renew())
        await asyncio.shield(flight)

    async def _renew(self) -> None:
        try:
            self.current = key_set(await fetch_document(self._fetch, self.url))
            self._fetched_at = self._clock()
        except (FetchError, AuthError) as error:
            _logger.warning("key set unavailable", extra={"fields": {"url": self.url, "error": str(error)}})
            if self._clock() - self._fetched_at > _LONGEST_OUTAGE:
                self.current = ()
