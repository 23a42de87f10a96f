"""The application of the full framework, and the two ways to get one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import arlen_mvc
from arlen_config import Config

from .contexts import Context
from .wiring import attachments, cache, data, jobs, mail, realtime

_PARTS = (data, cache, jobs, mail, attachments, realtime)


class Application(arlen_mvc.Application):
    """``arlen_mvc.Application`` with a database, services and a hub, as the configuration says.

    They are built at start, resolved by type (``AsyncDatabase``, ``Cache``, ``JobQueue``, ``Mailer``,
    ``AttachmentStore``, ``Hub``) in the signature of an action, and are ``ctx.db``, ``ctx.cache``, ``ctx.jobs``,
    ``ctx.mail``, ``ctx.attachments`` and ``ctx.hub``. To replace one, ``provide`` another for the same type.

    Raises:
        arlen_config.ConfigError: a value of the configuration has the wrong type or is out of range.
    """

    def __init__(
        self,
        config: Config | Mapping[str, Any] | None = None,
        *,
        root: str | os.PathLike[str] = ".",
        context_class: type[arlen_mvc.Context] = Context,
        lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None,
    ) -> None:
        super().__init__(config, root=root, context_class=context_class, lifespan=lifespan)
        for part in _PARTS:
            part.claim(self)
            part.wire(self)


def application(root: str | os.PathLike[str], environment: str | None = None) -> Application:
    """The application of a directory: its ``config/`` is read, ``templates/`` and ``db/`` are below it.

    ``environment`` is ``ARLEN_ENV`` where it is None, else ``development``.

    Raises:
        arlen_config.ConfigError: the configuration cannot be read, or a value is wrong.
    """
    return Application.from_root(root, environment or os.environ.get("ARLEN_ENV") or "development")


def lite(name: str) -> Application:
    """The application of one file: ``app = arlen.lite(__name__)``, rooted at the directory of that file.

    In an interactive session, which has no file, it is rooted at the working directory.

    Raises:
        arlen_config.ConfigError: the configuration cannot be read, or a value is wrong.
    """
    file = getattr(sys.modules.get(name), "__file__", None)
    return application(Path(file).absolute().parent if file else Path.cwd())
