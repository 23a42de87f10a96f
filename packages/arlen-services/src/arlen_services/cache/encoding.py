"""Values as bytes: JSON with the few types that it lacks, or pickle that is signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import pickle
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any, Protocol

from arlen_services.errors import CacheError

MARK = "$"
BYTES, MOMENT, MAPPING = "$bytes", "$datetime", "$dict"
SIGNATURE = 32

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_loads = json.JSONDecoder().decode
_marked = json.JSONDecoder(object_hook=lambda found: _undressed(found)).decode


class Encoding(Protocol):
    """A way to write values as bytes.

    Attributes:
        mark: a number from 0 to 3 that stored entries carry; what another encoding wrote is a miss.
    """

    @property
    def mark(self) -> int: ...

    def encode(self, value: object) -> bytes:
        """Raises CacheError ``not_serializable``."""

    def decode(self, data: bytes) -> Any:
        """Raises ValueError for what ``encode`` did not write."""


class JsonEncoding:
    """JSON. Takes str, int, float, bool, None, bytes, aware datetime, lists, and dicts with str keys."""

    __slots__ = ()

    mark = 0

    def encode(self, value: object) -> bytes:
        return _dumps(_dressed(value, "the value")).encode()

    def decode(self, data: bytes) -> Any:
        return (_marked if b'"$' in data else _loads)(data.decode())


class SignedPickle:
    """Pickle, with a signature (HMAC-SHA256): whoever can write to the store cannot run code here without ``key``.

    Raises:
        CacheError: ``weak_key`` for a key of less than 32 bytes.
    """

    __slots__ = ("_key",)

    mark = 1

    def __init__(self, key: bytes) -> None:
        if len(key) < SIGNATURE:
            raise CacheError(
                f"the key for signed pickles has {len(key)} bytes; use secrets.token_bytes(32)",
                code="weak_key",
                permanent=True,
            )
        self._key = key

    def encode(self, value: object) -> bytes:
        try:
            body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise _refused(f"a {type(value).__name__}", "pickle does not take it") from error
        return self._signed(body) + body

    def decode(self, data: bytes) -> Any:
        signature, body = data[:SIGNATURE], data[SIGNATURE:]
        if not hmac.compare_digest(signature, self._signed(body)):
            raise ValueError("a pickle was not signed with this key")
        return pickle.loads(body)

    def _signed(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)


def _dressed(value: object, where: str) -> object:
    """The value in types that JSON has."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case dict():
            return _dressed_mapping(value, where)
        case list():
            return [_dressed(each, f"{where}[{at}]") for at, each in enumerate(value)]
        case bytes():
            return {BYTES: b64encode(value).decode()}
        case datetime() if value.tzinfo is not None:
            return {MOMENT: value.isoformat()}
    raise _refused(where, f"is a {type(value).__name__}")


def _dressed_mapping(value: dict[Any, Any], where: str) -> object:
    dressed = {}
    marked = False
    for key, each in value.items():
        if type(key) is not str:
            raise _refused(where, f"has the key {key!r}, and keys are str")
        marked = marked or key.startswith(MARK)
        dressed[key] = _dressed(each, f"{where}[{key!r}]")
    return {MAPPING: list(dressed.items())} if marked else dressed


def _undressed(found: dict[str, Any]) -> Any:
    match found:
        case {"$bytes": str(text)}:
            return b64decode(text, validate=True)
        case {"$datetime": str(text)}:
            return datetime.fromisoformat(text)
        case {"$dict": list(pairs)}:
            return dict(pairs)
    return found


def _refused(what: str, why: str) -> CacheError:
    return CacheError(
        f"{what} cannot be cached: it {why.removeprefix('it ')}; store str, int, float, bool, bytes, aware datetime, "
        "lists or dicts, or choose SignedPickle",
        code="not_serializable",
        permanent=True,
    )
