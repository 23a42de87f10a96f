"""The context of a request, with shortcuts to what the family wires in."""

from __future__ import annotations

import arlen_mvc
from arlen_data import AsyncDatabase
from arlen_realtime import Hub
from arlen_services import AttachmentStore, Cache, JobQueue, Mailer

from .databases import Databases


class Context(arlen_mvc.Context):
    """``arlen_mvc.Context`` with the database, the services and the hub of the application.

    Each shortcut raises ``ApplicationError`` (``unknown_resource``) before the application has started, or when nothing
    of its type was provided; the message says which.
    """

    __slots__ = ()

    @property
    def db(self) -> AsyncDatabase:
        """The database of ``[database]``; its file is made when it is first used."""
        return self.get(AsyncDatabase)

    @property
    def databases(self) -> Databases:
        """Every database by name: ``ctx.databases["reporting"]`` is the one of ``[databases.reporting]``."""
        return self.get(Databases)

    @property
    def cache(self) -> Cache:
        """The cache of ``[cache]``."""
        return self.get(Cache)  # type: ignore[type-abstract]

    @property
    def jobs(self) -> JobQueue:
        """The queue of ``[jobs]``; what is enqueued here is run by a worker."""
        return self.get(JobQueue)  # type: ignore[type-abstract]

    @property
    def mail(self) -> Mailer:
        """The mailer of ``[mail]``."""
        return self.get(Mailer)  # type: ignore[type-abstract]

    @property
    def attachments(self) -> AttachmentStore:
        """The attachments of ``[attachments]``."""
        return self.get(AttachmentStore)  # type: ignore[type-abstract]

    @property
    def hub(self) -> Hub:
        """The hub of ``[realtime]``."""
        return self.get(Hub)
