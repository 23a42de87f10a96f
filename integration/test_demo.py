"""The demo answers, under the development server and under the process manager."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import arlen
import arlen_mvc
import httpx
import pytest
from arlen_testkit.client import Client
from arlen_testkit.processes import RunningServer, free_port, serve_process

DEMO = Path(__file__).resolve().parent.parent / "docs" / "examples" / "tech_demo"


def boomhauer(script) -> list[str]:
    return [script("boomhauer"), "--port", "0", "--no-watch"]


def propane(script) -> list[str]:
    return [script("propane"), "tech_demo.app:app", "--port", str(free_port()), "--workers", "2"]


@pytest.fixture(scope="module", params=[boomhauer, propane], ids=lambda command: command.__name__)
def server(request: pytest.FixtureRequest, script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    kept = tmp_path_factory.mktemp("demo")
    env = {
        "ARLEN_DATABASE_URL": f"sqlite:///{kept}/demo.sqlite3",
        "ARLEN_JOBS_URL": f"file:{kept}/jobs.json",
        "ARLEN_MAIL_URL": f"file:{kept}/mail",
        "ARLEN_ATTACHMENTS_URL": f"file:{kept}/attachments",
    }
    with serve_process(request.param(script), cwd=DEMO, env=env) as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"accept": "text/html"}) as client:
        yield client


def test_the_root_leads_to_the_overview(client):
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/tech-demo")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/tech-demo", "Arlen Technology Demo"),
        ("/tech-demo/dashboard?tab=realtime", "arlen-realtime"),
        ("/tech-demo/users/Ada?flag=on", "Hello, Ada"),
        ("/tech-demo/guestbook", "Sign the book"),
        ("/tech-demo/live", "Live counter"),
        ("/tech-demo/inside", "/tech-demo/users/{name}"),
    ],
)
def test_a_page_is_served(client, path, text):
    answer = client.get(path)
    assert answer.status_code == 200
    assert text in answer.text


def test_what_a_visitor_types_is_escaped(client):
    answer = client.get("/tech-demo/users/%3Cb%3Ebold%3C%2Fb%3E?flag=%3Ci%3E")
    assert "&lt;b&gt;bold&lt;/b&gt;" in answer.text
    assert "<b>bold" not in answer.text
    assert "<i>" not in answer.text


def test_an_unknown_tab_is_refused_with_the_reason(client):
    answer = client.get("/tech-demo/dashboard?tab=nowhere", headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "tab"


def test_the_catalog_is_json(client):
    prices = {item["id"]: item["price"] for item in client.get("/tech-demo/api/catalog").json()}
    assert prices == {"widget-100": 19.95, "router-200": 39.50, "template-300": 24.00}


def test_the_summary_tells_the_client_s_address(client):
    summary = client.get("/tech-demo/api/summary?a=1").json()
    assert (summary["ok"], summary["query"], summary["remote_address"]) == (True, "a=1", "127.0.0.1")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("cache", {"ok": True, "adapter": "MemoryCache", "key": "demo.cache", "value": "cache-ok", "error": None}),
        ("cache?key=k&value=v", {"ok": True, "adapter": "MemoryCache", "key": "k", "value": "v", "error": None}),
        ("i18n", {"ok": True, "locale": "en", "message": "Hello Arlen"}),
        ("i18n?locale=es", {"ok": True, "locale": "es", "message": "Hola Arlen"}),
    ],
)
def test_a_service_gives_back_what_was_put_in(client, path, expected):
    answer = client.get(f"/services/{path}").json()
    assert expected.items() <= answer.items()
    assert answer["adapter"]


def test_jobs_mail_and_attachments_are_kept_in_files(client):
    jobs, mail, attachments = (client.get(f"/services/{name}").json() for name in ("jobs", "mail", "attachments"))
    assert jobs["dequeued_job_id"] == jobs["enqueued_job_id"]
    assert (jobs["ok"], jobs["adapter"], jobs["pending"], jobs["error"]) == (True, "file_jobs", 0, None)
    assert (mail["ok"], mail["adapter"], mail["delivery_id"], mail["deliveries"]) == (True, "file_mail", "mail-1", 1)
    assert (attachments["ok"], attachments["adapter"]) == (True, "file_attachments")
    assert (attachments["content"], attachments["size_bytes"]) == ("attachment-ok", 13)


def test_a_job_that_cannot_be_is_an_answer_with_the_reason(client):
    answer = client.get("/services/jobs?name=%20").json()
    assert answer == {"ok": False, "error": "a job needs a name"}


@pytest.mark.parametrize("name", ["cache", "jobs", "mail", "attachments"])
def test_a_service_that_an_application_lacks_is_told(name, monkeypatch):
    monkeypatch.syspath_prepend(DEMO / "src")
    app = arlen_mvc.Application(context_class=arlen.Context)
    app.add_controller(import_module("tech_demo.controllers.services").Services)
    with Client(app) as client:
        assert client.get(f"/services/{name}").json() == {"ok": False, "error": f"{name} adapter unavailable"}


def test_a_guest_signs_and_is_listed(client):
    answer = client.post("/tech-demo/guestbook", data={"name": "Ada <3", "message": "Hello & goodbye"})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "Ada &lt;3" in page
    assert "Hello &amp; goodbye" in page


def test_an_empty_form_is_answered_with_what_is_missing(client):
    answer = client.post("/tech-demo/guestbook", data={"name": "  ", "message": "kept"})
    assert answer.status_code == 422
    assert "Please write your name." in answer.text
    assert "kept" in answer.text


def test_a_static_file_is_revalidated(client):
    first = client.get("/static/tech_demo.css")
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    again = client.get("/static/tech_demo.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_live_counter_streams_what_is_counted(client):
    with client.stream("GET", "/tech-demo/live/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: count"


def test_an_unknown_page_has_the_app_s_own_404(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_a_failing_action_shows_its_source_in_development_and_nothing_in_production(client, request):
    answer = client.get("/tech-demo/inside/fail")
    assert answer.status_code == 500
    development = "boomhauer" in request.node.name
    assert ("ZeroDivisionError" in answer.text) is development
    assert ("cart[&#34;items&#34;]" in answer.text or "cart[" in answer.text) is development
