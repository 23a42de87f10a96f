import asyncio
import inspect
import threading
from contextlib import suppress

import pytest
from arlen_data import (
    AsyncDatabase,
    AsyncDatabaseRouter,
    Database,
    DatabaseRouter,
    IntegrityError,
    InvalidArgumentError,
    QueryFailed,
    Rollback,
    RouterError,
    SQLBuilderError,
    col,
    delete_from,
    insert_into,
    routing_context,
    select_from,
    update_table,
)
from arlen_data.routing.options import RoutingArguments, RoutingOptions

STICKY = {"read_after_write_stickiness_seconds": 10}


@pytest.mark.parametrize(
    ("targets", "reader", "writer", "code"),
    [
        (lambda db: {}, "a", "a", "invalid_argument"),
        (lambda db: {"": db}, "a", "a", "invalid_argument"),
        (lambda db: {1: db}, "a", "a", "invalid_argument"),
        (lambda db: {"a": object()}, "a", "a", "invalid_argument"),
        (lambda db: {"a": db}, "", "a", "invalid_argument"),
        (lambda db: {"a": db}, "a", None, "invalid_argument"),
        (lambda db: {"a": db}, {}, "a", "invalid_argument"),
        (lambda db: {"a": db}, {"a": 0}, "a", "invalid_argument"),
        (lambda db: {"a": db}, {"a": float("nan")}, "a", "invalid_argument"),
        (lambda db: {"a": db}, "b", "a", "missing_adapter"),
        (lambda db: {"a": db}, "a", "b", "missing_adapter"),
    ],
)
def test_a_router_that_could_not_route_is_refused(targets, reader, writer, code):
    with pytest.raises(RouterError) as caught:
        DatabaseRouter(targets(Database.open(":memory:")), reader, writer)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "option", [{"read_after_write_stickiness_seconds": -1}, {"stickiness_scope_limit": 0}, {"eject_after": 0}]
)
def test_an_option_out_of_range_is_refused(routed, option):
    with pytest.raises(RouterError) as caught:
        routed(**option)
    assert (caught.value.code, caught.value.details["option"]) == ("invalid_argument", *option)


def test_every_option_is_an_argument():
    assert list(RoutingArguments.__annotations__) == list(RoutingOptions.__dataclass_fields__)


def test_the_targets_are_a_copy_that_cannot_be_changed(pair, routed):
    router = routed()
    assert (dict(router.targets), router.adapter_name) == (pair, "router")
    with pytest.raises(TypeError):
        router.targets["other"] = pair["reader"]


def test_the_two_faces_have_the_same_members_and_parameters():
    def surface(face):
        members = {name: getattr(face, name) for name in dir(face) if not name.startswith("_")}
        return {
            name: list(inspect.signature(member).parameters) if callable(member) else None
            for name, member in members.items()
        }

    assert surface(DatabaseRouter) == surface(AsyncDatabaseRouter)


def test_reads_writes_and_transactions_go_to_their_targets(pair, routed, asked):
    router = routed()
    assert asked(router) == "reader"
    router.execute("INSERT INTO people VALUES ('a')")
    router.execute_many("INSERT INTO people VALUES ($1)", [["b"], ["c"]])
    with router.transaction() as connection:
        connection.execute("INSERT INTO people VALUES ('d')")
    assert [router.fetch_all("SELECT name FROM people"), router.fetch_one("SELECT name FROM people")] == [[], None]
    assert pair["writer"].fetch_column("SELECT name FROM people") == ["a", "b", "c", "d"]
    assert router.fetch_column("SELECT name FROM me", operation="write") == ["writer"]
    assert router.fetch_exactly_one("SELECT name FROM me", rows_as=tuple) == ("reader",)


@pytest.mark.parametrize(
    ("statement", "operation"),
    [
        (select_from("people"), "read"),
        (select_from("people").for_update(), "write"),
        (insert_into("people", {"name": "a"}).returning("name"), "write"),
        (update_table("people", {"name": "a"}).all_rows().returning("name"), "write"),
        (delete_from("people").where(col("name") == "a").returning("name"), "write"),
        (select_from("gone").with_cte("gone", delete_from("people").all_rows().returning("name")), "write"),
        (select_from("a", "name").union(select_from("b", "name")), "read"),
        ("SELECT 1 AS one", "read"),
    ],
)
def test_a_built_statement_that_writes_is_no_read(routed, events, statement, operation):
    router = routed(fallback_read_to_write_on_error=False)
    with suppress(QueryFailed, SQLBuilderError):
        router.fetch_all(statement)
    assert [event["operation_class"] for event in events] == [operation]


def test_asking_for_a_target_changes_nothing_and_makes_no_event(routed, events):
    router = routed(**STICKY)
    assert [router.resolve_target("read") for _ in range(3)] == ["reader"] * 3
    assert [router.resolve_target(operation) for operation in ("write", "transaction")] == ["writer"] * 2
    assert events == []


def test_after_a_write_reads_of_its_scope_stick_to_the_writer_within_the_window(routed, asked, clock):
    router = routed(**STICKY)
    mine, yours = {"stickiness_scope": " me "}, {"stickiness_scope": "you"}
    router.execute("INSERT INTO people VALUES ('a')", context=mine)
    assert [asked(router, context=context) for context in (mine, yours, None)] == ["writer", "reader", "reader"]
    assert asked(router, context={"stickiness_scope": "me"}) == "writer"
    clock.now += 10
    assert asked(router, context=mine) == "writer"
    clock.now += 0.001
    assert asked(router, context=mine) == "reader"


def test_zero_ends_all_stickiness_at_once(routed, asked):
    router = routed(**STICKY)
    router.execute("INSERT INTO people VALUES ('a')")
    assert asked(router) == "writer"
    router.configure(read_after_write_stickiness_seconds=0)
    assert asked(router) == "reader"


def test_the_scope_is_found_under_the_key_that_was_named(routed, asked):
    router = routed(**STICKY, stickiness_scope_context_key="session")
    router.execute("INSERT INTO people VALUES ('a')", context={"session": 7})
    assert asked(router, context={"session": 7}) == "writer"
    assert asked(router, context={"stickiness_scope": "7"}) == "reader"


def test_only_what_was_kept_makes_reads_sticky(routed, asked):
    router = routed(**STICKY)
    router.execute("INSERT INTO people VALUES ('taken')", context={"stickiness_scope": "other"})
    with pytest.raises(IntegrityError):
        router.execute("INSERT INTO people VALUES ('taken')")
    with router.transaction():
        router.execute("INSERT INTO people VALUES ('undone')")
        with router.transaction():
            router.execute("INSERT INTO people VALUES ('undone too')")
        raise Rollback
    with pytest.raises(KeyError), router.transaction():
        raise KeyError
    assert asked(router) == "reader"
    with router.transaction():
        router.execute("INSERT INTO people VALUES ('kept')")
    assert asked(router) == "writer"


def test_inside_a_transaction_everything_goes_to_its_target(routed, asked):
    router = routed()
    with router.transaction():
        router.execute("INSERT INTO people VALUES ('a')")
        assert (asked(router), router.fetch_column("SELECT name FROM people")) == ("writer", ["a"])
    assert asked(router) == "reader"


def test_a_read_only_transaction_is_a_read(routed, asked):
    router = routed(**STICKY)
    with router.transaction(read_only=True) as connection:
        assert connection.fetch_value("SELECT name FROM me") == asked(router) == "reader"
    assert asked(router) == "reader"


def test_scopes_are_forgotten_when_they_are_over_or_too_many(routed, clock):
    router = routed(**STICKY, stickiness_scope_limit=3)

    def write(*scopes):
        for scope in scopes:
            router.execute("DELETE FROM people", context={"stickiness_scope": scope})

    def sticky():
        scopes = "abcde"
        return [scope for scope in scopes if router.resolve_target("read", {"stickiness_scope": scope}) == "writer"]

    write("a", "b", "c", "a", "d")
    assert sticky() == ["a", "c", "d"]
    clock.now += 11
    write("e")
    assert sticky() == ["e"]
    assert len(router._routes._scopes) == 1


def test_a_pin_sends_everything_to_one_target_until_its_block_ends(routed, asked):
    router = routed()
    with router.pin("writer"):
        assert asked(router) == "writer"
        with router.pin("reader"):
            assert (asked(router), router.resolve_target("write")) == ("reader", "reader")
        assert asked(router) == "writer"
    assert asked(router) == "reader"
    with pytest.raises(RouterError) as caught, router.pin("nowhere"):
        pass
    assert caught.value.code == "unknown_target"


def test_the_context_comes_from_the_block_around_and_the_call_goes_before(routed, asked):
    router = routed(**STICKY)
    with routing_context(stickiness_scope="me", tenant="t"):
        router.execute("INSERT INTO people VALUES ('a')")
        assert asked(router) == "writer"
        with routing_context(stickiness_scope="you"):
            assert asked(router) == "reader"
        assert asked(router, context={"stickiness_scope": "you"}) == "reader"
    assert asked(router, context={"stickiness_scope": "me"}) == "writer"


def test_the_resolver_has_the_last_word(routed, asked):
    calls = []

    def resolve(operation, context, default):
        calls.append((operation, dict(context), default))
        return context.get("to")

    router = routed(**STICKY, route_target_resolver=resolve)
    assert asked(router, context={"to": "writer"}) == "writer"
    assert asked(router, context={"to": ""}) == "reader"
    router.execute("INSERT INTO people VALUES ('a')")
    assert asked(router, context={"to": "reader"}) == "reader"
    assert calls[-1] == ("read", {"to": "reader"}, "writer")
    with pytest.raises(RouterError) as caught:
        asked(router, context={"to": "nowhere"})
    assert (caught.value.code, caught.value.details) == (
        "unknown_target",
        {"operation_class": "read", "target": "nowhere"},
    )


def test_events_say_what_was_decided(routed, asked, events):
    router = routed(**STICKY, route_target_resolver=lambda operation, context, default: context.get("to"))
    router.execute("DELETE FROM people", context={"stickiness_scope": "s", "tenant": "t", "shard": 3})
    asked(router, context={"stickiness_scope": "s", "to": "reader"})
    assert events == [
        {
            "stage": "route",
            "operation_class": "write",
            "selected_target": "writer",
            "default_target": "writer",
            "used_stickiness": False,
            "stickiness_scope": "s",
            "resolver_override": False,
            "tenant": "t",
            "shard": 3,
        },
        {
            "stage": "route",
            "operation_class": "read",
            "selected_target": "reader",
            "default_target": "writer",
            "used_stickiness": True,
            "stickiness_scope": "s",
            "resolver_override": True,
        },
    ]
    with pytest.raises(TypeError):
        events[0]["stage"] = "other"


def test_a_listener_that_fails_does_no_harm(routed, asked, caplog):
    def fail(event):
        raise ValueError(event["stage"])

    router = routed(routing_diagnostics_listener=fail)
    assert [asked(router) for _ in range(3)] == ["reader"] * 3
    assert len(caplog.records) == 1


def test_a_lease_returns_to_the_target_that_issued_it(pair, routed):
    router = routed()
    connection = router.acquire()
    assert connection.fetch_value("SELECT name FROM me") == "writer"
    router.release(connection)
    assert pair["writer"].stats().in_use == 0
    with pytest.raises(InvalidArgumentError) as caught:
        router.release(connection)
    assert caught.value.code == "foreign_connection"
    with router.connection(context={"tenant": "t"}) as connection:
        assert pair["writer"].stats().in_use == 1


def test_statements_are_compiled_for_the_target_that_was_selected(pair, arlen_postgres):
    with Database.open(arlen_postgres.dsn) as postgres:
        router = DatabaseRouter({"lite": pair["reader"], "pg": postgres}, "lite", "pg")
        router.execute("CREATE TABLE people (name TEXT)")
        inserted = router.fetch_value(insert_into("people", {"name": "a"}).returning("name"))
        assert (inserted, router.fetch_all(select_from("people", "name").where(col("name") == "a"))) == ("a", [])
        with router.pin("pg"):
            assert router.fetch_all(select_from("people", "name").where(col("name") == "a")) == [{"name": "a"}]


def test_threads_decide_for_themselves(routed, asked):
    router = routed(**STICKY)
    barrier = threading.Barrier(4)
    wrong = []

    def work(scope):
        with routing_context(stickiness_scope=scope):
            barrier.wait()
            for _ in range(20):
                if scope.startswith("w"):
                    router.execute("DELETE FROM people")
                if asked(router) != ("writer" if scope.startswith("w") else "reader"):
                    wrong.append(scope)

    threads = [threading.Thread(target=work, args=[scope]) for scope in ("w1", "w2", "r1", "r2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_task_started_inside_a_transaction_is_free_when_that_ends(pair, tmp_path):
    async def scenario():
        targets = {name: AsyncDatabase.open(tmp_path / f"{name}.sqlite3") for name in pair}
        async with AsyncDatabaseRouter(targets, "reader", "writer", **STICKY) as router:
            ended = asyncio.Event()

            async def later():
                await ended.wait()
                await router.execute("DELETE FROM people", context={"stickiness_scope": "task"})

            async with router.transaction():
                task = asyncio.create_task(later())
                assert await router.fetch_value("SELECT name FROM me") == "writer"
                raise Rollback
            ended.set()
            await task
            scopes = ({"stickiness_scope": "task"}, None)
            return [await router.fetch_value("SELECT name FROM me", context=scope) for scope in scopes]

    assert asyncio.run(scenario()) == ["writer", "reader"]
