"""Mail through jobs: handed over by a worker, tried again when that may help."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from arlen_services.errors import ArlenServicesError, MailError
from arlen_services.jobs.signals import DiscardJob
from arlen_services.resilience.policy import Jitter, RetryPolicy

from .mailer import Mailer
from .message import MailMessage
from .mime import new_message_id
from .part import MailAttachment
from .validation import validate

if TYPE_CHECKING:
    from arlen_services.jobs.tasks import Tasks

MAIL_TASK = "arlen.mail.deliver"
MAIL_RETRY = RetryPolicy(max_attempts=8, delay=15.0, factor=3.0, cap=3600.0, jitter=Jitter.EQUAL)
"""A quarter of a minute at first, an hour at last: more than three hours in all."""

SENT_FOR = 7 * 86_400.0
"""Seconds for which a sent key is remembered."""


class Jobs(Protocol):
    """What is asked of a job queue."""

    async def enqueue(self, name: str, payload: Mapping[str, Any] | None = None, **options: Any) -> str: ...


class Stored(Protocol):
    """What a store answers."""

    @property
    def data(self) -> bytes: ...


class Files(Protocol):
    """What is asked of an attachment store."""

    async def save(self, name: str, content_type: str | None, data: bytes, /) -> str: ...
    async def read(self, attachment_id: str, /) -> Stored | None: ...
    async def delete(self, attachment_id: str, /) -> bool: ...


class Sent(Protocol):
    """What is asked of a cache."""

    async def get(self, key: str, /) -> Any: ...
    async def set(self, key: str, value: object, /, *, ttl: float | None = None) -> None: ...


async def deliver_later(
    jobs: Jobs, message: MailMessage, *, idempotency_key: str = "", files: Files | None = None, **options: Any
) -> str:
    """Enqueue a message for the worker that has `mail_task`; answers the id of the job.

    The Message-ID is made here, so that every attempt has the same one.

    Args:
        idempotency_key: a second call with it, while the first job is there, enqueues nothing.
        files: keeps the attachments until the message is delivered; the job holds references to them. Without it the
            job holds the bytes, for which it has little room.
        options: of the job, such as ``not_before=60`` or ``queue="mail"``.

    Raises:
        MailError: what `validate` raises; nothing is enqueued.
        JobError: the queue refused, as for a payload that is too large.
    """
    validate(message)
    named = replace(message, metadata={"message_id": new_message_id(message), **message.metadata})
    references = [] if files is None else [await _kept(files, attachment) for attachment in message.attachments]
    stored = (named if files is None else replace(named, attachments=())).to_dict()
    payload = {"message": stored, "references": references, "idempotency_key": idempotency_key}
    given = {"max_attempts": MAIL_RETRY.max_attempts, **options}
    return await jobs.enqueue(MAIL_TASK, payload, **given, **_key(idempotency_key))


def mail_task(tasks: Tasks, mailer: Mailer, *, files: Files | None = None, sent: Sent | None = None) -> None:
    """Teach the tasks of a worker to deliver what `deliver_later` enqueued.

    What fails for good goes to the dead letters with the code of the error as its reason; all else is tried again.

    Args:
        files: where `deliver_later` kept the attachments; they are removed from it after the delivery, and stay there
            for messages that end in the dead letters.
        sent: a cache that remembers keys: a job that is run again, because its worker died after it had delivered,
            delivers nothing.

    Raises:
        JobError: code ``duplicate_task``: they know it already.
    """

    async def deliver(message: dict[str, Any], references: list[Any], idempotency_key: str) -> str:
        place = f"arlen.mail.sent:{idempotency_key}"
        if sent is not None and idempotency_key and (before := await sent.get(place)):
            return str(before)
        try:
            whole = await _with_files(MailMessage.from_dict(message), references, files)
            delivery_id = await mailer.deliver(whole)
        except ArlenServicesError as error:
            if error.permanent:
                raise DiscardJob(error.code) from error
            raise
        if sent is not None and idempotency_key:
            await sent.set(place, delivery_id, ttl=SENT_FOR)
        if files is not None:
            for reference in references:
                await files.delete(reference["id"])
        return delivery_id

    tasks.task(name=MAIL_TASK, retry=MAIL_RETRY)(deliver)


def _key(idempotency_key: str) -> dict[str, str]:
    return {"idempotency_key": f"{MAIL_TASK}:{idempotency_key}"} if idempotency_key else {}


async def _kept(files: Files, attachment: MailAttachment) -> dict[str, str]:
    kept = await files.save(attachment.name, attachment.content_type, attachment.content)
    described = attachment.to_dict()
    return {"id": kept, **{name: described[name] for name in ("name", "content_type", "content_id")}}


async def _with_files(message: MailMessage, references: list[Any], files: Files | None) -> MailMessage:
    attachments = [await _fetched(copy.copy(reference), files) for reference in references]
    return replace(message, attachments=[*message.attachments, *attachments])


async def _fetched(reference: dict[str, str], files: Files | None) -> MailAttachment:
    kept = reference.pop("id")
    stored = await files.read(kept) if files is not None else None
    if stored is None:
        raise MailError(
            f"attachment {reference['name']!r} of the message is gone; give mail_task the store of deliver_later",
            code="attachment_gone",
            details={"attachment_id": kept},
            permanent=True,
        )
    return MailAttachment(content=stored.data, **reference)
