"""Mail through real jobs: once, again when that may help, never again when it may not."""

import asyncio
from dataclasses import replace

import pytest
from arlen_services.attachments import MemoryAttachments
from arlen_services.cache.memory import MemoryCache
from arlen_services.errors import MailError
from arlen_services.jobs.bounded import drain
from arlen_services.jobs.memory import MemoryJobQueue
from arlen_services.jobs.tasks import Tasks
from arlen_services.mail import MailAttachment, MailMessage, MemoryMailer, deliver_later, mail_task
from arlen_services.mail.later import MAIL_TASK

PDF = MailAttachment("Rechnung.pdf", b"%PDF\x00" * 100_000, "application/pdf")
LETTER = MailMessage(
    from_="shop@example.org", to="kim@example.org", subject="Hi", text_body="Hi\n", metadata={"tenant": 7}
)


class Failing(MemoryMailer):
    def __init__(self, *errors):
        super().__init__()
        self.errors, self.seen = list(errors), []

    async def deliver(self, message):
        self.seen.append(message)
        if self.errors:
            raise self.errors.pop(0)
        return await super().deliver(message)


def worked(mailer, *, sent=None, files=None):
    queue, tasks = MemoryJobQueue(), Tasks()
    mail_task(tasks, mailer, sent=sent, files=files)
    return queue, tasks


async def work(queue, tasks):
    """Run what is there, and what is to be tried again as if its time had come."""
    from datetime import UTC, datetime, timedelta

    for hours in range(10):
        await drain(queue, tasks, at=datetime.now(UTC) + timedelta(hours=hours))


def test_a_message_is_delivered_with_its_file_and_the_store_is_empty_again():
    async def scenario():
        files, mailer = MemoryAttachments(), MemoryMailer()
        queue, tasks = worked(mailer, files=files)
        await deliver_later(queue, replace(LETTER, attachments=[PDF]), files=files)
        assert await mailer.deliveries() == []
        assert len(await files.list()) == 1
        await drain(queue, tasks)
        (delivery,) = await mailer.deliveries()
        assert delivery.message.attachments == (PDF,)
        assert delivery.message.metadata["tenant"] == 7
        assert list(await files.list()) == []

    asyncio.run(scenario())


def test_a_small_file_may_travel_in_the_job():
    async def scenario():
        mailer = MemoryMailer()
        queue, tasks = worked(mailer)
        small = replace(PDF, content=b"%PDF")
        await deliver_later(queue, replace(LETTER, attachments=[small]))
        await drain(queue, tasks)
        (delivery,) = await mailer.deliveries()
        assert delivery.message.attachments == (small,)

    asyncio.run(scenario())


def test_what_cannot_be_sent_is_not_enqueued():
    async def scenario():
        queue, _ = worked(MemoryMailer())
        with pytest.raises(MailError):
            await deliver_later(queue, replace(LETTER, to=[]))
        assert await queue.find() == []

    asyncio.run(scenario())


def test_a_passing_failure_is_tried_again_with_the_same_message_id():
    async def scenario():
        mailer = Failing(MailError("busy", code="smtp_deferred"), MailError("away", code="smtp_connection"))
        queue, tasks = worked(mailer)
        await deliver_later(queue, LETTER)
        await work(queue, tasks)
        assert len(await mailer.deliveries()) == 1
        assert len(mailer.seen) == 3
        assert len({message.metadata["message_id"] for message in mailer.seen}) == 1

    asyncio.run(scenario())


def test_a_permanent_failure_goes_to_the_dead_letters_at_once():
    async def scenario():
        mailer = Failing(MailError("no", code="smtp_refused", permanent=True))
        queue, tasks = worked(mailer)
        job_id = await deliver_later(queue, LETTER)
        await work(queue, tasks)
        record = await queue.get(job_id)
        assert (record.state.value, record.reason) == ("dead", "smtp_refused")
        assert len(mailer.seen) == 1

    asyncio.run(scenario())


def test_a_key_keeps_a_second_message_out():
    async def scenario():
        mailer = MemoryMailer()
        queue, tasks = worked(mailer)
        first = await deliver_later(queue, LETTER, idempotency_key="order-7")
        assert await deliver_later(queue, LETTER, idempotency_key="order-7") == first
        assert await deliver_later(queue, LETTER, idempotency_key="order-8") != first
        await drain(queue, tasks)
        assert len(await mailer.deliveries()) == 2

    asyncio.run(scenario())


def test_a_job_that_is_run_again_after_its_delivery_delivers_nothing():
    async def scenario():
        mailer, sent = MemoryMailer(), MemoryCache()
        queue, tasks = worked(mailer, sent=sent)
        for _ in range(2):
            await deliver_later(queue, LETTER, idempotency_key="order-7")
            await drain(queue, tasks)
        assert len(await mailer.deliveries()) == 1

    asyncio.run(scenario())


def test_a_file_that_is_gone_is_a_permanent_failure():
    async def scenario():
        files, mailer = MemoryAttachments(), MemoryMailer()
        queue, tasks = worked(mailer, files=files)
        job_id = await deliver_later(queue, replace(LETTER, attachments=[PDF]), files=files)
        await files.reset()
        await drain(queue, tasks)
        assert (await queue.get(job_id)).reason == "attachment_gone"

    asyncio.run(scenario())


def test_the_job_has_the_options_that_it_is_given():
    async def scenario():
        queue, _ = worked(MemoryMailer())
        job_id = await deliver_later(queue, LETTER, queue="mail", priority=1)
        envelope = (await queue.get(job_id)).envelope
        assert (envelope.name, envelope.queue, envelope.priority, envelope.max_attempts) == (MAIL_TASK, "mail", 1, 8)

    asyncio.run(scenario())
