"""Jobs and mail of an application: where they are kept, and what is said when they cannot be."""

import json

import arlen
import pytest
from arlen import Cache, Context, JobQueue, Mailer, MailMessage
from arlen.wiring import jobs
from arlen.wiring.deferred import Deferred
from arlen_services.jobs import FileJobQueue, MemoryJobQueue, acknowledge, dequeue
from arlen_services.mail import MemoryMailer

MESSAGE = MailMessage(from_="shop@example.org", to="kim@example.org", subject="Hello", text_body="Hello")
MEMORY = {"jobs": {"url": "memory:"}, "mail": {"url": "memory:"}}


def storage(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.suffix == ".json")


async def work(ctx: Context, queue: JobQueue, mailer: Mailer) -> dict:
    assert queue is ctx.jobs
    assert mailer is ctx.mail
    enqueued = await ctx.jobs.enqueue("shop.pack", {"order": 7})
    lease = await dequeue(queue)
    await acknowledge(queue, lease)
    return {"jobs": queue.name, "same": lease.job_id == enqueued, "mail": await ctx.mail.deliver(MESSAGE)}


def checks(response):
    return json.loads(response.body)["checks"]


def test_a_new_application_keeps_jobs_and_mail_in_files_below_its_root(serve, tmp_path):
    app = arlen.Application(root=tmp_path)
    app.get("/")(work)
    page, ready = serve(app, "/", "/readyz?format=json")
    assert json.loads(page.body) == {"jobs": "file_jobs", "same": True, "mail": "mail-1"}
    assert storage(tmp_path) == ["storage/jobs.json", "storage/mail/mail-1.json"]
    assert checks(ready)["jobs"] == {"ok": True, "critical": False, "adapter": "file_jobs"}
    assert checks(ready)["mail"] == {"ok": True, "critical": False, "adapter": "file_mail"}


def test_nothing_is_made_by_an_application_that_uses_none_of_its_services(serve, tmp_path):
    (ready,) = serve(arlen.Application(root=tmp_path), "/readyz?format=json")
    assert checks(ready)["jobs"]["state"] == "opened on first use"
    assert list(tmp_path.iterdir()) == []


def test_what_is_told_about_the_file_before_there_is_one_is_so(tmp_path):
    assert FileJobQueue(tmp_path / "jobs.json").capabilities == jobs.FILE_CAPABILITIES


def test_a_queue_that_is_not_made_yet_is_one_by_its_protocol(serve, tmp_path):
    app = arlen.Application(root=tmp_path)
    found = []
    app.get("/")(lambda ctx: found.extend([ctx.jobs, ctx.mail]))
    serve(app, "/")
    assert [isinstance(each, Deferred) for each in found] == [True, True]
    assert isinstance(found[0], JobQueue)
    assert isinstance(found[1], Mailer)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kept", "files"),
    [("file:work/queue one.json", ["work/queue one.json"]), ("file:///{root}/elsewhere.json", ["elsewhere.json"])],
)
def test_a_place_that_is_named_is_made_at_start(serve, tmp_path, kept, files):
    serve(arlen.Application({"jobs": {"url": kept.format(root=str(tmp_path)[1:])}}, root=tmp_path))
    assert storage(tmp_path) == files


@pytest.mark.parametrize(
    ("variable", "value", "adapter"),
    [
        ("ARLEN_JOBS_URL", "memory:", ("memory_jobs", "file_mail", "memory")),
        ("ARLEN_MAIL_URL", "memory:", ("file_jobs", "in_memory_mail", "memory")),
        ("ARLEN_CACHE_URL", "redis://127.0.0.1:9/0", ("file_jobs", "file_mail", "redis")),
    ],
)
def test_the_environment_names_the_place(serve, tmp_path, monkeypatch, variable, value, adapter):
    monkeypatch.setenv(variable, value)
    app = arlen.application(tmp_path)

    @app.get("/")
    async def index(ctx: Context) -> list:
        return [ctx.jobs.name, ctx.mail.adapter_name, type(ctx.cache).__name__.removesuffix("Cache").lower()]

    (page,) = serve(app, "/")
    assert tuple(json.loads(page.body)) == adapter


@pytest.mark.parametrize(
    ("table", "url"),
    [
        ("jobs", "ftp://mallory:hunter2@host/"),
        ("jobs", "redis://mallory:hunter2@127.0.0.1:port/0"),
        ("jobs", "file:"),
        ("mail", "pop3://mallory:hunter2@host/"),
        ("mail", "smtp://mallory:hunter2@host:port"),
        ("mail", "file:"),
    ],
)
def test_a_wrong_address_is_named_at_start_without_its_secret(serve, tmp_path, table, url):
    app = arlen.Application({table: {"url": url}}, root=tmp_path)
    with pytest.raises(arlen.ApplicationError, match=rf"^{table}\.url \(the given mapping\)") as caught:
        serve(app)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("table", ["cache", "jobs", "mail", "attachments"])
def test_memory_in_production_is_warned_about_once_for_each_service(serve, tmp_path, caplog, table):
    safe = {
        "cache": {"url": "redis://127.0.0.1:9/0"},
        "jobs": {"url": "file:jobs.json"},
        "mail": {"url": "file:mail"},
        "attachments": {"url": "file:attachments"},
    }
    for environment, warned in (("test", 0), ("production", 1)):
        app = arlen.Application({**safe, table: {"url": "memory:"}}, root=tmp_path)
        app.configure(environment=environment)
        serve(app)
        told = [record.getMessage() for record in caplog.records if "lost when it ends" in record.getMessage()]
        assert len(told) == warned
        assert all(line.startswith(f"{table}.url") for line in told)


@pytest.mark.parametrize(
    ("config", "shared"),
    [
        ({}, (False, False)),
        (MEMORY, (False, False)),
        ({"cache": {"url": "redis://127.0.0.1:9/0"}}, (True, False)),
        ({"jobs": {"url": "redis://127.0.0.1:9/0"}}, (False, True)),
        ({"jobs": {"url": "postgresql://127.0.0.1:9/none"}}, (False, True)),
    ],
)
def test_what_all_nodes_share_is_told_to_the_cluster(serve, tmp_path, config, shared):
    app = arlen.Application(config, root=tmp_path)
    serve(app)
    asked = ("cross_node_cache_coherence", "cross_node_jobs_deduplication")
    assert tuple(app.capabilities.shared(capability) for capability in asked) == shared


def test_a_queue_that_does_not_answer_is_told_by_its_check_and_the_application_stays_ready(serve, tmp_path):
    app = arlen.Application({"jobs": {"url": "redis://127.0.0.1:9/0"}}, root=tmp_path)
    (ready,) = serve(app, "/readyz?format=json")
    assert ready.status == 200
    assert checks(ready)["jobs"]["ok"] is False


def test_services_can_be_replaced_and_are_then_those_of_the_application(serve, tmp_path):
    app = arlen.Application({"jobs": {"url": "nonsense:"}}, root=tmp_path)
    app.provide(JobQueue, queue := MemoryJobQueue(name="mine"))
    app.provide(Mailer, mailer := MemoryMailer())
    app.provide(Cache, cache := arlen.MemoryCache())
    app.get("/")(lambda ctx: [ctx.jobs is queue, ctx.mail is mailer, ctx.cache is cache])
    ready, page = serve(app, "/readyz?format=json", "/")
    assert json.loads(page.body) == [True, True, True]
    assert checks(ready)["jobs"]["adapter"] == "mine"


def test_jobs_in_postgresql_and_mail_by_smtp_are_reached_by_the_same_action(
    serve, tmp_path, arlen_postgres, arlen_smtp
):
    mail = f"smtp://{arlen_smtp.host}:{arlen_smtp.port}?tls=none"
    app = arlen.Application({"jobs": {"url": arlen_postgres.dsn}, "mail": {"url": mail}}, root=tmp_path)
    app.get("/")(work)

    @app.on_start
    async def install() -> None:
        await app.resource(JobQueue).install()

    page, ready = serve(app, "/", "/readyz?format=json")
    answer = json.loads(page.body)
    assert (answer["jobs"], answer["same"]) == ("postgres_jobs", True)
    assert len(arlen_smtp.messages) == 1
    assert checks(ready)["jobs"] == {"ok": True, "critical": False, "adapter": "postgres_jobs"}
    assert checks(ready)["mail"]["adapter"].startswith("retrying_mail(smtp_mail@")
