"""One JSON answer for each service: what is put in comes out again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from arlen import ApplicationError, Context, Controller, MailMessage, get
from arlen_services import ArlenServicesError
from arlen_services.jobs import acknowledge, dequeue, pending

QUEUE = "services-demo"

Answer = dict[str, Any]


class Services(Controller):
    prefix = "/services"
    name = "services"

    @get("/cache", name="cache")
    async def cache(self, ctx: Context, key: str = "demo.cache", value: str = "cache-ok") -> Answer:
        async def answer() -> Answer:
            await ctx.cache.set(key, value, ttl=30)
            found = await ctx.cache.get(key)
            return {"ok": found == value, "adapter": type(ctx.cache).__name__, "key": key, "value": found}

        return await _told("cache", answer)

    @get("/jobs", name="jobs")
    async def jobs(self, ctx: Context, name: str = "boomhauer.jobs.demo", max_attempts: int = 2) -> Answer:
        async def answer() -> Answer:
            queue = ctx.jobs
            enqueued = await queue.enqueue(name, {"demo": True}, queue=QUEUE, max_attempts=max_attempts)
            lease = await dequeue(queue, queues=[QUEUE])
            if lease is not None:
                await acknowledge(queue, lease)
            return {
                "ok": lease is not None,
                "adapter": queue.name,
                "enqueued_job_id": enqueued,
                "dequeued_job_id": lease.job_id if lease else None,
                "pending": len(await pending(queue)),
            }

        return await _told("jobs", answer)

    @get("/i18n", name="i18n")
    async def i18n(self, ctx: Context, locale: str = "en", name: str = "Arlen") -> Answer:
        message = ctx.t("services.greeting", locale=locale, name=name)
        return {"ok": True, "adapter": type(ctx.i18n).__name__, "locale": locale, "message": message}

    @get("/mail", name="mail")
    async def mail(self, ctx: Context) -> Answer:
        async def answer() -> Answer:
            message = MailMessage(
                from_="demo@example.org",
                to="visitor@example.org",
                subject="A message of the demo",
                text_body="It was kept, not sent.\n",
                headers={"X-Arlen-Server": "boomhauer"},
            )
            delivery_id = await ctx.mail.deliver(message)
            deliveries = await ctx.mail.deliveries()
            return {
                "ok": True,
                "adapter": ctx.mail.adapter_name,
                "delivery_id": delivery_id,
                "deliveries": len(deliveries),
            }

        return await _told("mail", answer)

    @get("/attachments", name="attachments")
    async def attachments(self, ctx: Context, content: str = "attachment-ok") -> Answer:
        async def answer() -> Answer:
            store = ctx.attachments
            attachment_id = await store.save("demo.txt", "text/plain", content.encode())
            found = await store.read(attachment_id)
            text = found.data.decode() if found else None
            return {
                "ok": text == content,
                "adapter": store.adapter_name,
                "attachment_id": attachment_id,
                "content": text,
                "size_bytes": len(found.data) if found else 0,
            }

        return await _told("attachments", answer)


async def _told(service: str, answer: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer with what went wrong, if something did."""
    try:
        return {**await answer(), "error": None}
    except ApplicationError:
        return {"ok": False, "error": f"{service} adapter unavailable"}
    except ArlenServicesError as error:
        return {"ok": False, "error": str(error)}
