"""Bearer tokens: from the text in a header to the caller it stands for."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from .claims import ClaimRules, frozen
from .errors import AuthError
from .keys import Key, fitting
from .principal import Principal
from .pyjwt import Header, unverified_header, verified_claims
from .remote_keys import RemoteKeys

_LONGEST_TOKEN = 8192
_MOST_KNOWN = 1024
_NO_RULES = ClaimRules()


class Tokens:
    """Verifies signed JSON Web Tokens (RFC 7519, RFC 8725).

    ``algorithms`` are those accepted here; the token only says which of them it claims, and a key is used with the
    algorithms of its own kind alone. ``clock`` gives seconds since 1970.

    A token that was verified is known by its exact text, up to 1024 of them, until it expires or the keys change: many
    requests with one token compute its signature once, which takes tens of microseconds, and find it in half of one.
    Revocation loses nothing by that, because it never was in the signature: ``exp`` and ``nbf`` are compared at every
    request, all is forgotten when a key set is fetched, and policies and guards run for each request.
    """

    __slots__ = ("_algorithms", "_clock", "_keys", "_known", "_known_for", "_remote", "_rules", "awaits")

    awaits: bool
    """Whether keys may have to be fetched, by :meth:`principal_awaited`."""

    def __init__(
        self,
        keys: Sequence[Key],
        algorithms: Collection[str],
        rules: ClaimRules = _NO_RULES,
        *,
        remote: RemoteKeys | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.awaits = remote is not None
        self._keys = tuple(keys)
        self._algorithms = frozenset(algorithms)
        self._rules = rules
        self._remote = remote
        self._clock = clock
        self._known: dict[str, Principal] = {}
        self._known_for: Sequence[Key] = ()

    def principal(self, token: str) -> Principal:
        """The caller that a token stands for, by the keys in hand.

        Raises:
            AuthError: every code of tokens; without any key ``missing_verifier_secret`` or ``keys_unavailable``.
        """
        known = self._known.get(token)
        if known is not None:
            self._rules.check_times(known.claims, self._clock())
            return known
        return self._learn(token, self._verified(token, self._read(token)))

    async def principal_awaited(self, token: str) -> Principal:
        """The same; keys that are old or missing are fetched first."""
        remote = self._remote
        if remote is None:
            return self.principal(token)
        if not remote.fresh:
            await remote.refresh()
        if remote.current is not self._known_for:
            self._known, self._known_for = {}, remote.current
        try:
            return self.principal(token)
        except AuthError as error:
            if error.code not in ("unknown_key", "keys_unavailable"):
                raise
        await remote.refresh()
        return self.principal(token)

    def _learn(self, token: str, principal: Principal) -> Principal:
        if len(self._known) >= _MOST_KNOWN:
            self._known = {}
        self._known[token] = principal
        return principal

    def _read(self, token: str) -> Header:
        if len(token) > _LONGEST_TOKEN or not token.isascii() or [*map(bool, token.split("."))] != [True] * 3:
            raise AuthError("a token has three parts and at most 8192 characters", code="invalid_token_format")
        header = unverified_header(token)
        if header.algorithm not in self._algorithms:
            raise AuthError(f"{header.algorithm!r} is not accepted", code="unsupported_algorithm")
        return header

    def _verified(self, token: str, header: Header) -> Principal:
        keys = (*self._keys, *self._remote.current) if self._remote else self._keys
        if not keys:
            code = "keys_unavailable" if self._remote else "missing_verifier_secret"
            raise AuthError("there is no key to verify tokens with", code=code)
        candidates = fitting(keys, header.algorithm, header.key_id)
        if not candidates:
            raise AuthError(f"no key for {header.algorithm} and kid {header.key_id!r}", code="unknown_key")
        for key in candidates:
            claims = verified_claims(token, key, header.algorithm)
            if claims is not None:
                self._rules.check(claims, self._clock())
                return replace(Principal.of_claims(claims), claims=frozen(claims))
        raise AuthError("the signature is not right", code="invalid_signature")
