"""A cache in Redis (6.2 or later) or Valkey.

The entry ``42`` of the namespace ``arlen:cache:users`` is the string ``arlen:cache:users|42``. What the cache needs
beside its entries has ``#`` after the namespace: ``#index`` (a sorted set of keys by expiry), ``#claim|<key>``,
``#lock|<name>``, ``#fence``, ``#epoch``, ``#tag|<tag>``.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from arlen_services.errors import CacheError
from arlen_services.redis_client import (
    AuthenticationError,
    NoScriptError,
    RedisError,
    command_client,
    place_of,
)
from arlen_services.redis_client import ConnectionError as RedisConnectionError
from arlen_services.redis_client import TimeoutError as RedisTimeoutError
from arlen_services.resilience.circuit_breaker import CircuitBreaker

from . import _redis_scripts as scripts
from ._redis_line import RedisLine
from .codec import Codec
from .encoding import Encoding
from .failure import FailurePolicy
from .faults import circuit_open, not_an_integer, refused, timed_out, unreachable
from .redis_notices import RedisNotices
from .store import CacheStore, Claim, Item
from .store_cache import StoreCache
from .tiered import TieredStore

SCHEMES = ("redis", "rediss", "unix")
CLEARED_AT_ONCE = 500


class RedisStore:
    """The ``CacheStore`` in Redis.

    Every call takes at most ``timeout`` seconds, connecting included. After one that was not answered, calls fail at
    once for ``breaker``'s window, and then one tries for all.

    Raises:
        CacheError: ``unknown_scheme`` or ``invalid_url``, at construction, before any connection.
    """

    __slots__ = ("_breaker", "_codec", "_connections", "_line", "_owner", "_tag_prefix", "_timeout", "_url", "name")

    def __init__(
        self,
        url: str,
        *,
        namespace: str,
        timeout: float = 2.5,
        connections: int = 16,
        encoding: Encoding | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._url = _checked(url)
        self._timeout = timeout
        self._connections = connections
        self._codec = Codec(encoding)
        self._breaker = CircuitBreaker() if breaker is None else breaker
        self._line: RedisLine | None = None
        self._owner: asyncio.AbstractEventLoop | None = None
        self._tag_prefix = f"{namespace}#tag|"
        self.name = f"redis_cache@{place_of(url)}"

    def __repr__(self) -> str:
        return f"<RedisStore {self.name}>"

    @property
    def unreadable(self) -> int:
        """Entries that were found and could not be read; each was a miss."""
        return self._codec.unreadable

    async def get(self, namespace: str, key: str) -> Item | None:
        return self._codec.decode(await self._ask("GET", f"{namespace}|{key}"))

    async def get_many(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        found = await self._ask("MGET", *(f"{namespace}|{key}" for key in keys))
        return [self._codec.decode(payload) for payload in found]

    async def set_many(self, namespace: str, items: Mapping[str, Item], ttl: float) -> None:
        values = [part for key, item in items.items() for part in (key, self._codec.encode(item))]
        await self._run(scripts.SET_MANY, _keys(namespace, *items), (_milliseconds(ttl), *values))

    async def add(self, namespace: str, key: str, item: Item, ttl: float) -> bool:
        arguments = (_milliseconds(ttl), key, self._codec.encode(item))
        return bool(await self._run(scripts.ADD, _keys(namespace, key), arguments))

    async def replace(self, namespace: str, key: str, expected: object, item: Item, ttl: float) -> bool:
        new = b"" if item.value is None else self._codec.encode(item)
        while True:
            payload = await self._ask("GET", f"{namespace}|{key}")
            present = self._codec.decode(payload)
            if present is None or present.value != expected:
                return False
            arguments = (_milliseconds(ttl), key, new, payload)
            if await self._run(scripts.REPLACE, _keys(namespace, key), arguments):
                return True

    async def delete_many(self, namespace: str, keys: Sequence[str]) -> int:
        return int(await self._run(scripts.DELETE_MANY, _keys(namespace, *keys), keys))

    async def increment(self, namespace: str, key: str, by: int, ttl: float) -> int:
        total = await self._run(scripts.INCREMENT, _keys(namespace, key), (_milliseconds(ttl), key, by))
        if total is None:
            raise not_an_integer(key)
        return int(total)

    async def touch(self, namespace: str, key: str, ttl: float) -> bool:
        return bool(await self._run(scripts.TOUCH, _keys(namespace, key), (_milliseconds(ttl), key)))

    async def ttl(self, namespace: str, key: str) -> float | None:
        left = int(await self._ask("PTTL", f"{namespace}|{key}"))
        return {-2: None, -1: math.inf}.get(left, left / 1000)

    async def clear(self, namespace: str) -> None:
        index = f"{namespace}#index"
        waiting = int(await self._run(scripts.BEGIN_CLEAR, (index, f"{namespace}#epoch"), ()))
        while waiting > 0:
            await self._run(scripts.CLEAR_SOME, (index,), (f"{namespace}|", CLEARED_AT_ONCE))
            waiting -= CLEARED_AT_ONCE

    async def claim(self, namespace: str, key: str, token: str, ttl: float) -> Claim:
        keys = (f"{namespace}|{key}", f"{namespace}#claim|{key}", f"{namespace}#epoch")
        granted, payload = await self._run(scripts.CLAIM, keys, (token, _milliseconds(ttl)))
        return Claim(bool(granted), self._codec.decode(payload))

    async def settle(self, namespace: str, key: str, token: str, item: Item, ttl: float) -> bool:
        keys = (*_keys(namespace, key), f"{namespace}#epoch")
        arguments = (_milliseconds(ttl), key, self._codec.encode(item), token)
        return bool(await self._run(scripts.SETTLE, keys, arguments))

    async def renew_claim(self, namespace: str, key: str, token: str, ttl: float) -> bool:
        return bool(await self._run(scripts.RENEW, (f"{namespace}#claim|{key}",), (token, _milliseconds(ttl))))

    async def abandon(self, namespace: str, key: str, token: str) -> None:
        await self._run(scripts.RELEASE, (f"{namespace}#claim|{key}",), (token,))

    async def tag_versions(self, tags: Sequence[str], ttl: float) -> dict[str, str]:
        arguments = (_milliseconds(ttl), *(secrets.token_hex(8) for _ in tags))
        versions = await self._run(scripts.TAG_VERSIONS, [self._tag_prefix + tag for tag in tags], arguments)
        return {tag: version.decode() for tag, version in zip(tags, versions, strict=True)}

    async def present_tag_versions(self, tags: Sequence[str]) -> dict[str, str]:
        versions = await self._ask("MGET", *(self._tag_prefix + tag for tag in tags))
        return {tag: version.decode() for tag, version in zip(tags, versions, strict=True) if version is not None}

    async def drop_tags(self, tags: Sequence[str]) -> None:
        await self._ask("UNLINK", *(self._tag_prefix + tag for tag in tags))

    async def lock(self, name: str, token: str, ttl: float) -> int | None:
        fence = name.partition("#")[0] + "#fence"
        return int(await self._run(scripts.LOCK, (name, fence), (token, _milliseconds(ttl)))) or None

    async def extend_lock(self, name: str, token: str, ttl: float) -> bool:
        return bool(await self._run(scripts.RENEW, (name,), (token, _milliseconds(ttl))))

    async def unlock(self, name: str, token: str) -> bool:
        return bool(await self._run(scripts.RELEASE, (name,), (token,)))

    async def publish(self, channel: str, message: bytes) -> None:
        await self._ask("PUBLISH", channel, message)

    async def open(self) -> None:
        """Connect, so that a wrong address is known at start."""
        await self._ask("PING")

    async def close(self) -> None:
        line, self._line = self._line, None
        if line is not None and self._owner is asyncio.get_running_loop():
            await line.close()

    async def _run(self, script: scripts.Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        try:
            return await self._ask("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return await self._ask("EVAL", script.text, len(keys), *keys, *arguments)

    async def _ask(self, *command: Any) -> Any:
        breaker = self._breaker
        if not breaker.admits():
            raise circuit_open(self.name)
        try:
            answer = await self._connected().ask(*command)
        except NoScriptError:
            breaker.succeeded()
            raise
        except AuthenticationError as error:
            breaker.failed()
            raise refused(self.name, error, "authentication_refused") from error
        except (TimeoutError, RedisTimeoutError) as error:
            breaker.failed()
            raise timed_out(self.name, self._timeout) from error
        except (RedisConnectionError, OSError) as error:
            breaker.failed()
            raise unreachable(self.name, error) from error
        except RedisError as error:
            breaker.succeeded()
            raise refused(self.name, error, "refused") from error
        breaker.succeeded()
        return answer

    def _connected(self) -> RedisLine:
        """The line of this event loop; a forked process, which has one of its own, gets a line of its own."""
        owner = asyncio.get_running_loop()
        if self._line is None or self._owner is not owner:
            self._line = RedisLine(self._url, timeout=self._timeout, connections=self._connections)
            self._owner = owner
        return self._line


class RedisCache(StoreCache):
    """A ``Cache`` in Redis or Valkey, shared by all processes that name the same server and namespace.

    ``url`` is ``redis://user:password@host:6379/0``, ``rediss://…`` (TLS; client certificates as
    ``?ssl_certfile=…&ssl_keyfile=…``) or ``unix:///path?db=0``. Values are JSON with bytes and aware datetimes, unless
    ``encoding`` says otherwise; what is longer than 1 KiB is compressed. ``timeout`` (seconds) is the most that a call
    takes; ``breaker`` says for how long a server that does not answer is left alone; ``on_failure`` whether reads
    raise then or are misses. With ``near_ttl`` (seconds), what was read is kept in this process for as long, and ends
    early when another process changes it; see ``TieredStore``.

    Raises:
        CacheError: ``unknown_scheme`` or ``invalid_url`` at construction. Later ``unreachable``, ``timed_out``,
            ``circuit_open``, ``authentication_refused``, ``refused``, ``not_serializable``.
        MissingDependencyError: redis-py is not installed.
    """

    __slots__ = ()

    def __init__(
        self,
        url: str,
        *,
        namespace: str = "arlen:cache",
        default_ttl: float = 0.0,
        timeout: float = 2.5,
        connections: int = 16,
        encoding: Encoding | None = None,
        breaker: CircuitBreaker | None = None,
        on_failure: FailurePolicy = "raise",
        near_ttl: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        store: CacheStore
        store = far = RedisStore(
            url,
            namespace=namespace,
            timeout=timeout,
            connections=connections,
            encoding=encoding,
            breaker=breaker,
        )
        if near_ttl > 0:
            store = TieredStore(far, near_ttl=near_ttl, notices=RedisNotices(url, namespace, far.publish))
        super().__init__(store, namespace=namespace, default_ttl=default_ttl, clock=clock, on_failure=on_failure)


def _keys(namespace: str, *keys: str) -> list[str]:
    """The index, and the entry and the claim of each key."""
    pairs = [name for key in keys for name in (f"{namespace}|{key}", f"{namespace}#claim|{key}")]
    return [f"{namespace}#index", *pairs]


def _milliseconds(ttl: float) -> int:
    return math.ceil(ttl * 1000) if ttl > 0 else 0


def _checked(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise CacheError(
            f'"{scheme}" is no scheme of a Redis address; use redis://, rediss:// or unix://',
            code="unknown_scheme",
            details={"scheme": scheme},
            permanent=True,
        )
    try:
        command_client(url)
        place_of(url)
    except ValueError as error:
        raise CacheError(f"the address of Redis cannot be read: {error}", code="invalid_url", permanent=True) from error
    return url
