"""Resources by type: values, factories for the application, factories for a request; released in reverse."""

from contextlib import asynccontextmanager
from functools import partial

import pytest
from arlen_mvc import Application, ApplicationError, Context


class Database:
    def __init__(self, name="db"):
        self.name = name


class Session:
    def __init__(self, database=None):
        self.database = database


def test_a_value_is_given_to_signatures_and_to_ctx_get(ask):
    app = Application()
    db = Database()
    app.provide(Database, db)

    @app.get("/")
    async def index(ctx, database: Database):
        return [database is db, ctx.get(Database) is db]

    assert ask(app, "GET /").json == [True, True]
    assert app.resource(Database) is db


async def make_async():
    return Database("async")


def make_with_app(app):
    return Database(app.environment)


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (Database, "db"),
        (lambda: Database("function"), "function"),
        (partial(Database, "partial"), "partial"),
        (make_async, "async"),
        (make_with_app, "development"),
    ],
)
def test_a_factory_is_called_once_at_start(run, factory, name):
    app = Application()
    app.provide(Database, factory)

    async def started():
        await app.start()
        return app.resource(Database)

    first = run(started())
    assert app.resource(Database) is first
    assert first.name == name


def test_generators_release_at_shutdown_in_reverse_order(run):
    journal = []
    app = Application()

    async def open_database():
        journal.append("database opened")
        yield Database()
        journal.append("database closed")

    def open_session(app):
        journal.append("session opened")
        yield Session(app.resource(Database))
        journal.append("session closed")

    app.provide(Database, open_database)
    app.provide(Session, open_session)

    async def live():
        await app.start()
        assert app.resource(Session).database is app.resource(Database)
        await app.shutdown()

    run(live())
    assert journal == ["database opened", "session opened", "session closed", "database closed"]
    with pytest.raises(ApplicationError, match="is built when the application starts"):
        app.resource(Database)


def test_a_failing_factory_refuses_the_start_and_releases_the_others(run):
    journal = []
    app = Application()

    def open_database():
        try:
            yield Database()
        finally:
            journal.append("closed")

    def fail():
        raise OSError("no server")

    app.provide(Database, open_database)
    app.provide(Session, fail)
    with pytest.raises(OSError, match="no server"):
        run(app.start())
    assert journal == ["closed"]
    assert not app.started


@pytest.mark.parametrize("blocking", [True, False])
def test_a_resource_of_a_request_is_made_for_each_request_and_shared_within_it(ask, blocking):
    app = Application()
    app.provide(Session, lambda ctx: Session(ctx.request_id), scope="request")

    @app.get("/", blocking=blocking)
    def index(ctx: Context, session: Session):
        return [session.database, ctx.get(Session) is session]

    first, second = ask(app, "GET /"), ask(app, "GET /")
    assert first.json == [first.headers["x-request-id"], True]
    assert second.json == [second.headers["x-request-id"], True]


@pytest.mark.parametrize("blocking", [True, False])
def test_a_managed_resource_of_a_request_is_released_when_the_action_has_returned(ask, blocking):
    journal = []
    app = Application()

    async def open_session(ctx):
        yield Session()
        journal.append("released")

    app.provide(Session, open_session, scope="request")

    @app.get("/", blocking=blocking)
    def index(session: Session):
        journal.append("action")
        return "done"

    assert ask(app, "GET /").text == "done"
    assert journal == ["action", "released"]


def test_a_managed_resource_of_a_request_sees_the_failure_of_the_action(ask, caplog):
    journal = []
    app = Application()

    async def transaction():
        try:
            yield Session()
            journal.append("commit")
        except ValueError:
            journal.append("rollback")
            raise

    app.provide(Session, transaction, scope="request")

    @app.get("/")
    async def index(session: Session):
        raise ValueError

    assert ask(app, "GET /").status == 500
    assert journal == ["rollback"]


def test_a_later_provision_replaces_an_earlier_one():
    app = Application()
    app.provide(Database, Database)
    app.provide(Database, Database("second"))
    assert app.resource(Database).name == "second"


@pytest.mark.parametrize(
    ("provide", "message"),
    [
        (lambda app: None, "no Session was provided; call app.provide"),
        (lambda app: app.provide(Session, Session), "the application has not started"),
        (lambda app: app.provide(Session, Session, scope="request"), "made anew for each request"),
    ],
)
def test_a_resource_that_is_not_there_says_how_to_get_it(provide, message):
    app = Application()
    provide(app)
    with pytest.raises(ApplicationError, match=message) as caught:
        app.resource(Session)
    assert caught.value.code == "unknown_resource"


def test_a_lifespan_surrounds_the_life_of_the_application(run):
    journal = []

    @asynccontextmanager
    async def lifespan(app):
        journal.append(("enter", app.started))
        yield
        journal.append(("leave", app.started))

    app = Application(lifespan=lifespan)

    async def live():
        await app.start()
        await app.shutdown()

    run(live())
    assert journal == [("enter", False), ("leave", True)]
