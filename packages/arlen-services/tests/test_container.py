import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
from arlen_services import Services
from arlen_services.attachments import MemoryAttachments

FRAMEWORK_SAMPLE = """
import asyncio
import sys
from typing import Annotated

from arlen_testkit.imports import import_blocker

with import_blocker("arlen_http", "arlen_mvc"):
    from arlen_services import Services
    from arlen_services.mail import MailMessage
    from fastapi import Depends, FastAPI, Request
    from fastapi.responses import StreamingResponse
    from arlen_testkit.asgi import asgi_client
    from arlen_services.attachments import answer

    services = Services()
    app = FastAPI(lifespan=services.lifespan())
    Wanted = Annotated[Services, Depends(services.dependency)]

    @app.get("/cache")
    async def cache(services: Wanted):
        return {"visits": await services.cache.increment("visits")}

    @app.get("/jobs")
    async def jobs(services: Wanted):
        return {"id": await services.jobs.enqueue("demo", {"n": 1})}

    @app.get("/i18n")
    async def i18n(services: Wanted):
        services.i18n.register({"hello": "Hola"}, "es")
        return {"message": services.i18n.translate("hello", locale="es")}

    @app.get("/mail")
    async def mail(services: Wanted):
        message = MailMessage(from_="a@example.org", to=["b@example.org"], subject="s", text_body="t")
        return {"id": await services.mail.deliver(message)}

    @app.get("/attachments")
    async def attachments(services: Wanted):
        return {"id": await services.attachments.save("a.txt", "text/plain", b"0123456789")}

    @app.get("/attachments/{attachment_id}")
    async def download(services: Wanted, attachment_id: str, request: Request):
        found = await answer(services.attachments, attachment_id, request.headers)
        return StreamingResponse(found.chunks, found.status, found.headers)

    async def visit():
        async with asgi_client(app) as client:
            for path in ("/cache", "/jobs", "/i18n", "/mail", "/attachments"):
                response = await client.get(path)
                assert response.status_code == 200, (path, response.text)
                print(path, sorted(response.json()))
            part = await client.get("/attachments/att-1", headers={"range": "bytes=2-4"})
            print(part.status_code, part.content)

    asyncio.run(visit())
    assert not any(name.startswith(("arlen_http", "arlen_mvc")) for name in sys.modules)
"""


def test_a_fastapi_application_has_a_route_for_each_service_without_arlen_http():
    done = subprocess.run([sys.executable, "-c", FRAMEWORK_SAMPLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "/cache ['visits']",
        "/jobs ['id']",
        "/i18n ['message']",
        "/mail ['id']",
        "/attachments ['id']",
        "206 b'234'",
    ]


def test_importing_the_package_imports_no_extra_and_no_other_package():
    code = (
        "import sys, arlen_services\n"
        "wrong = [name for name in sys.modules if name.partition('.')[0] in "
        "('obstore', 'redis', 'psycopg', 'aiosmtplib', 'babel', 'cronsim', 'dkim', 'asyncio')"
        " or name.startswith('arlen_') and not name.startswith('arlen_services')]\n"
        "print(wrong)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


class Opened(MemoryAttachments):
    def __init__(self, name, journal, fails=()):
        super().__init__()
        self.name, self.journal, self.fails = name, journal, fails

    async def open(self):
        self.journal.append(f"open {self.name}")
        if "open" in self.fails:
            raise OSError(f"{self.name} does not open")

    async def close(self):
        self.journal.append(f"close {self.name}")
        if "close" in self.fails:
            raise OSError(f"{self.name} does not close")


def test_adapters_are_closed_in_the_reverse_order_even_when_one_fails():
    journal = []

    async def used():
        async with Services(
            cache=Opened("cache", journal), mail=Opened("mail", journal, {"close"}), attachments=Opened("att", journal)
        ):
            journal.append("used")

    with pytest.raises(OSError, match="mail does not close"):
        asyncio.run(used())
    assert journal == ["open cache", "open mail", "open att", "used", "close att", "close mail", "close cache"]


def test_what_was_opened_is_closed_when_another_does_not_open():
    journal = []

    async def used():
        async with Services(cache=Opened("cache", journal), attachments=Opened("att", journal, {"open"})):
            journal.append("used")

    with pytest.raises(OSError, match="att does not open"):
        asyncio.run(used())
    assert journal == ["open cache", "open att", "close att", "close cache"]


def test_a_lifespan_is_around_an_existing_one_and_hands_on_its_state():
    journal = []

    @asynccontextmanager
    async def existing(app):
        journal.append(f"begin {app}")
        yield {"state": 1}
        journal.append("end")

    async def lived():
        async with Services(attachments=Opened("att", journal)).lifespan(existing)("app") as state:
            journal.append(state)

    asyncio.run(lived())
    assert journal == ["open att", "begin app", {"state": 1}, "end", "close att"]


def test_health_tells_how_each_adapter_answers():
    class Away(MemoryAttachments):
        async def info(self, attachment_id):
            raise ConnectionError("away")

    async def asked():
        async with Services(attachments=Away()) as services:
            return await services.health()

    health = asyncio.run(asked())
    assert {name: (one.ok, one.error) for name, one in health.items()} == {
        "jobs": (True, None),
        "cache": (True, None),
        "attachments": (False, "ConnectionError: away"),
    }
    assert all(one.latency_ms >= 0 for one in health.values())
