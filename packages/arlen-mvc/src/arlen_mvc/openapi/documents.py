"""The documents of one application: the whole, and one for each version of its interface; each is made once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from arlen_mvc.errors import ApplicationError
from arlen_mvc.results import encode_json

from .document import Described, Document
from .webhooks import Webhook

if TYPE_CHECKING:
    from arlen_mvc.runtime import Runtime
    from arlen_mvc.settings import Settings

_TAG_BYTES = 16
_PLACES = 32
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


class Encoded(NamedTuple):
    """A document as it is sent, and its entity tag."""

    text: bytes
    etag: str


class Documents:
    """Made when somebody asks, from the routes that the runtime has by then."""

    __slots__ = ("_origin", "_runtime", "_settings", "_webhooks", "encoded")

    encoded: Callable[[str, str], Encoded]
    """The document for a version (``""`` is the whole), as it is found below a prefix of paths; kept."""

    def __init__(self, settings: Settings, runtime: Runtime, webhooks: Sequence[Webhook]) -> None:
        server = settings.server
        self._settings = settings.openapi
        self._origin = f"http://{_UNSPECIFIED.get(server.host, server.host)}:{server.port}"
        self._runtime = runtime
        self._webhooks = webhooks
        self.encoded = lru_cache(maxsize=_PLACES)(self._encoded)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that have a document, in the order of declaration."""
        named = (route.info.documentation for route in self._routes)
        return tuple(dict.fromkeys(each.version for each in named if each.version and each.include_in_openapi))

    @property
    def _routes(self) -> list[Described]:
        return [Described(route.pattern, route.target.info) for route in self._runtime.table.routes]

    def document(self, version: str = "") -> dict[str, Any]:
        """A document of plain values, anew each time.

        Raises:
            ApplicationError: ``unknown_version``.
        """
        document: dict[str, Any] = json.loads(self._text(version, self._settings.servers or (self._origin,)))
        return document

    def _encoded(self, version: str, root_path: str) -> Encoded:
        text = self._text(version, self._settings.servers or (root_path or "/",))
        return Encoded(text, f'"{blake2b(text, digest_size=_TAG_BYTES).hexdigest()}"')

    def _text(self, version: str, servers: Sequence[str]) -> bytes:
        if version and version not in self.versions:
            known = ", ".join(self.versions) or "none"
            raise ApplicationError(f"there is no version {version!r}; there are: {known}", code="unknown_version")
        routes = [each for each in self._routes if each.belongs_to(version)]
        webhooks = () if version else self._webhooks
        return encode_json(Document(self._settings, self._runtime.authenticator).of(routes, webhooks, servers, version))
