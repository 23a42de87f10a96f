"""Starting and stopping: order, refusal, undoing."""

import pytest
from arlen_mvc import Application, ApplicationError


class Hook:
    def __init__(self, journal, name, will_start=None):
        self.journal, self.name, self.answer = journal, name, will_start

    async def will_start(self, app):
        self.journal.append(f"{self.name} will start")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def did_start(self):
        self.journal.append(f"{self.name} did start")

    def will_stop(self, app):
        self.journal.append(f"{self.name} will stop")

    async def did_stop(self):
        self.journal.append(f"{self.name} did stop")


def test_hooks_are_called_in_order_and_stopped_in_reverse_once(run):
    journal = []
    app = Application()
    app.register_lifecycle_hook(Hook(journal, "a"))
    app.register_lifecycle_hook(Hook(journal, "b"))

    async def live():
        await app.start()
        await app.start()
        assert app.started
        await app.shutdown()
        await app.shutdown()
        assert not app.started

    run(live())
    assert journal == [
        "a will start", "b will start", "a did start", "b did start",
        "b will stop", "a will stop", "b did stop", "a did stop",
    ]  # fmt: skip


def test_an_application_that_is_stopping_still_answers_but_is_not_ready(run, ask):
    journal = []
    child, app = Application(), Application()
    child.register_lifecycle_hook(Hook(journal, "child"))
    app.register_lifecycle_hook(Hook(journal, "app"))
    app.mount("/child", child)
    app.get("/", blocking=False)(lambda: "still here")
    run(app.start())
    journal.clear()
    run(app.stopping())
    run(app.stopping())
    assert journal == ["child will stop", "app will stop"]
    assert (ask(app, "GET /").text, ask(app, "GET /readyz").status) == ("still here", 503)
    run(app.shutdown())
    assert journal == ["child will stop", "app will stop", "app did stop", "child did stop"]


@pytest.mark.parametrize("refusal", [False, RuntimeError("no database")])
def test_a_hook_that_refuses_undoes_the_start_and_a_later_start_may_succeed(run, refusal):
    journal = []
    app = Application()
    app.register_lifecycle_hook(Hook(journal, "a"))
    refusing = Hook(journal, "b", refusal)
    app.register_lifecycle_hook(refusing)
    with pytest.raises(ApplicationError, match=r"startup hook Hook refused") as caught:
        run(app.start())
    assert caught.value.code == "startup_hook_refused"
    assert journal == ["a will start", "b will start", "a will stop", "a did stop"]
    assert not app.started
    refusing.answer = None
    run(app.start())
    assert app.started


def test_a_stop_hook_that_fails_is_logged_and_stops_no_other(run, caplog):
    journal = []
    app = Application()

    @app.on_stop
    def first():
        journal.append("first")

    @app.on_stop
    def broken():
        raise RuntimeError

    @app.on_start
    async def begin(the_app):
        journal.append(the_app is app)

    async def live():
        await app.start()
        await app.shutdown()

    run(live())
    assert journal == [True, "first"]
    assert [record.message for record in caplog.records] == ["lifecycle hook failed"]


def test_an_object_without_any_of_the_four_methods_is_no_hook():
    with pytest.raises(ApplicationError, match="will_start, did_start, will_stop, did_stop"):
        Application().register_lifecycle_hook(object())


def test_requests_are_served_before_start(ask):
    app = Application()
    app.get("/", blocking=False)(lambda: "here")
    assert ask(app, "GET /").text == "here"
    assert not app.started
