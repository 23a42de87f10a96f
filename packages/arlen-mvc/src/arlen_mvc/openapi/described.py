"""The application as its callers' programs see it."""

from __future__ import annotations

import json
import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from arlen_mvc.documentation import Documentation
from arlen_mvc.results import encode_json
from arlen_mvc.route_configuration import ConfiguresRoutes
from arlen_mvc.routes import refuse_unknown

from .webhooks import Webhook

if TYPE_CHECKING:
    from arlen_mvc.runtime import Runtime

__all__ = ["DescribesItself", "Webhook"]


class WebhookOptions(TypedDict, total=False):
    """What :meth:`DescribesItself.webhook` accepts; the meanings are those of the route decorators."""

    summary: str
    description: str
    tags: Sequence[str]
    operation_id: str
    deprecated: bool
    responses: Mapping[int, Any]
    examples: Mapping[str, Any]


class DescribesItself(ConfiguresRoutes):
    """The part of an application that lists its routes, and describes them in OpenAPI 3.1."""

    _webhooks: list[Webhook]

    @abstractmethod
    def _assemble(self) -> Runtime: ...

    def webhook(self, name: str, payload: Any, *, method: str = "POST", **options: Unpack[WebhookOptions]) -> None:
        """Tell callers of a message that the application sends to them; sending it is the application's work.

        ``payload`` is a model, another type or a descriptor dict.

        Raises:
            ApplicationError: ``unknown_option``, ``application_frozen``.
        """
        self._refuse_when_frozen(f"webhook {name}")
        refuse_unknown(options, WebhookOptions.__annotations__, f"webhook({name!r})")
        self._webhooks.append(Webhook(name, payload, Documentation.of(options), method))

    def openapi(self, version: str = "") -> dict[str, Any]:
        """The OpenAPI 3.1.0 document of all routes, or of those of one version (``app.version``); a new dict each time.

        Raises:
            ApplicationError: ``invalid_application``, ``unknown_version``.
        """
        return self._assemble().documents.document(version)

    def write_openapi(self, path: str | os.PathLike[str], pretty: bool = False, version: str = "") -> None:
        """Write the document as JSON; the file is replaced in one step, by what is complete.

        Raises:
            ApplicationError: ``invalid_application``, ``unknown_version``.
            OSError: it cannot be written.
        """
        document = self.openapi(version)
        text = f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode() if pretty else encode_json(document)
        target = Path(path)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            draft.write_bytes(text)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
