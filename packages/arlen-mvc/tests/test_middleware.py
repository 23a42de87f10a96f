"""Layers and guards: who is asked in which order, and who can end a request."""

import pytest
from arlen_mvc import Application, ApplicationError, HTTPError, Response


def journal_app(*layers, blocking=False, **options):
    app = Application()
    for layer in layers:
        app.use(layer)
    journal = []

    @app.get("/", blocking=blocking, **options)
    def index(ctx):
        journal.append("action")
        return "done"

    return app, journal


class Pair:
    def __init__(self, journal, name, verdict=None):
        self.journal, self.name, self.verdict = journal, name, verdict

    def process(self, ctx):
        self.journal.append(f"{self.name} before")
        return self.verdict

    def did_process(self, ctx):
        self.journal.append(f"{self.name} after {ctx.status}")


def onion(journal, name):
    async def layer(ctx, call_next):
        journal.append(f"{name} before")
        response = await call_next(ctx)
        journal.append(f"{name} after {response.status}")
        return response

    return layer


def test_layers_surround_the_action_the_first_one_outermost(ask):
    app, journal = journal_app()
    app.use(onion(journal, "a"))
    app.use(Pair(journal, "b"))
    app.use(onion(journal, "c"))
    assert ask(app, "GET /").text == "done"
    assert journal == ["a before", "b before", "c before", "action", "c after 200", "b after 200", "a after 200"]


def test_layers_of_a_route_are_inside_those_of_the_application(ask):
    journal = []
    app, _ = journal_app(onion(journal, "app"), middleware=[onion(journal, "route")])
    ask(app, "GET /")
    assert journal == ["app before", "route before", "route after 200", "app after 200"]


def test_layers_see_the_answers_for_paths_without_a_route(ask):
    journal = []
    app, _ = journal_app(onion(journal, "a"))
    assert ask(app, "GET /nowhere").status == 404
    assert ask(app, "POST /").status == 405
    assert journal == ["a before", "a after 404", "a before", "a after 405"]


@pytest.mark.parametrize("blocking", [True, False])
@pytest.mark.parametrize(
    ("verdict", "status", "text"),
    [(False, 400, "request halted by middleware\n"), (Response("own", 429), 429, "own")],
)
def test_a_pair_can_halt_and_is_still_told_the_end(ask, blocking, verdict, status, text):
    app, journal = journal_app(blocking=blocking)
    app.use(Pair(journal, "outer"))
    app.use(Pair(journal, "halting", verdict))
    app.use(Pair(journal, "inner"))
    answer = ask(app, "GET /")
    assert (answer.status, answer.text) == (status, text)
    assert journal == ["outer before", "halting before", f"halting after {status}", f"outer after {status}"]


def test_a_pair_that_rendered_and_halts_answers_with_what_it_rendered(ask):
    class Maintenance:
        def process(self, ctx):
            ctx.render_text("back soon", 503)
            return False

    app, journal = journal_app(Maintenance())
    assert (ask(app, "GET /").status, ask(app, "GET /").text) == (503, "back soon")
    assert journal == []


@pytest.mark.parametrize("blocking", [True, False])
def test_layers_see_a_failed_action_as_a_response_and_know_the_error(ask, caplog, blocking):
    seen = []

    class Watch:
        def did_process(self, ctx):
            seen.append((ctx.status, type(ctx.error)))
            ctx.set_header("x-watched", "yes")

    app = Application()
    app.use(Watch())

    @app.get("/", blocking=blocking)
    def index():
        raise ZeroDivisionError

    answer = ask(app, "GET /")
    assert (answer.status, answer.headers["x-watched"]) == (500, "yes")
    assert seen == [(500, ZeroDivisionError)]


def test_headers_set_on_the_context_after_the_action_reach_whatever_is_answered(ask, caplog):
    async def outer(ctx, call_next):
        response = await call_next(ctx)
        ctx.set_header("x-outer", "yes")
        return response

    async def replacing(ctx, call_next):
        await call_next(ctx)
        return Response("replaced") if ctx.query("replace") else ctx.response

    app = Application()
    app.use(outer)
    app.use(replacing)

    @app.get("/fails", blocking=False)
    def fails():
        raise HTTPError(404)

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.set_header("etag", '"1"')
        return "page"

    assert ask(app, "GET /").headers["x-outer"] == "yes"
    assert ask(app, "GET /nowhere").headers["x-outer"] == "yes"
    assert ask(app, "GET /fails").headers["x-outer"] == "yes"
    replaced = ask(app, "GET /?replace=1")
    assert (replaced.text, replaced.headers["x-outer"]) == ("replaced", "yes")
    assert "etag" not in replaced.headers


def test_a_halting_response_takes_over_the_headers_set_before(ask):
    class Limit:
        def process(self, ctx):
            ctx.set_header("x-ratelimit-remaining", "0")
            return Response("slow down", 429)

    app, _ = journal_app(Limit())
    answer = ask(app, "GET /")
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (429, "0")


def test_a_layer_that_fails_is_500_and_the_outer_layers_see_it(ask, caplog):
    async def broken(ctx, call_next):
        raise LookupError("broken")

    app, journal = journal_app()
    app.use(Pair(journal, "outer"))
    app.use(onion(journal, "middle"))
    app.use(broken)
    answer = ask(app, "GET /", headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"]) == (500, "middleware_failure")
    assert journal == ["outer before", "middle before", "middle after 500", "outer after 500"]
    assert [record.message for record in caplog.records] == ["middleware failure"]


class Raises:
    """Raises before or after the action, and may render first."""

    def __init__(self, before=None, after=None, renders=""):
        self.before, self.after, self.renders = before, after, renders

    def process(self, ctx):
        if self.renders:
            ctx.render_text(self.renders, 202)
        if self.before:
            raise self.before

    def did_process(self, ctx):
        if self.after:
            raise self.after


@pytest.mark.parametrize("blocking", [True, False])
def test_a_pair_that_fails_before_the_action_is_500(ask, caplog, blocking):
    app, journal = journal_app(Raises(before=LookupError("no")), blocking=blocking)
    answer = ask(app, "GET /", headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"], journal) == (500, "middleware_failure", [])
    assert [record.message for record in caplog.records] == ["middleware failure"]
    assert {"request_id", "controller", "action", "error"} == set(caplog.records[0].fields)


@pytest.mark.parametrize("blocking", [True, False])
def test_a_pair_that_fails_after_it_has_rendered_keeps_what_it_rendered(ask, caplog, blocking):
    app, journal = journal_app(Raises(before=LookupError("no"), renders="rendered"), blocking=blocking)
    answer = ask(app, "GET /")
    assert (answer.status, answer.text, journal) == (202, "rendered", [])
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("ERROR", "middleware failure")
    assert record.fields == {
        "request_id": answer.headers["x-request-id"],
        "controller": "",
        "action": "index",
        "error": "LookupError: no",
    }


@pytest.mark.parametrize("blocking", [True, False])
def test_a_pair_that_fails_after_the_action_keeps_the_answer_and_the_outer_ones_still_run(ask, caplog, blocking):
    journal = []
    app, _ = journal_app(Pair(journal, "outer"), Raises(after=LookupError("no")), blocking=blocking)
    assert (ask(app, "GET /").text, journal) == ("done", ["outer before", "outer after 200"])
    assert [record.message for record in caplog.records] == ["middleware finalize failure"]


@pytest.mark.parametrize("blocking", [True, False])
@pytest.mark.parametrize("raised", [{"before": HTTPError(418)}, {"after": HTTPError(418)}])
def test_a_pair_refuses_with_an_http_error_at_any_time(ask, blocking, raised):
    app, _ = journal_app(Raises(**raised, renders="rendered"), blocking=blocking)
    assert ask(app, "GET /").status == 418


@pytest.mark.parametrize("when", ["before", "after"])
def test_asynchronous_pairs_fail_like_synchronous_ones(ask, caplog, when):
    class Slow(Raises):
        async def process(self, ctx):
            super().process(ctx)

        async def did_process(self, ctx):
            super().did_process(ctx)

    app, _ = journal_app(Slow(**{when: LookupError("no")}, renders="rendered"))
    assert ask(app, "GET /").text == "rendered"
    expected = {"before": "middleware failure", "after": "middleware finalize failure"}[when]
    assert [record.message for record in caplog.records] == [expected]


def test_a_layer_that_forgets_to_return_is_told_so(ask, caplog):
    async def forgetful(ctx, call_next):
        await call_next(ctx)

    app, _ = journal_app(forgetful)
    answer = ask(app, "GET /", headers={"accept": "application/json"})
    assert answer.json["error"]["code"] == "middleware_failure"
    assert "return what call_next(ctx) gave" in answer.json["error"]["message"]


def test_a_chain_without_anything_asynchronous_is_called_without_a_coroutine():
    from arlen_http import Request

    app, journal = journal_app(guards=[lambda ctx: True])
    app.use(Pair(journal, "pair"))
    assert isinstance(app.handle(Request.build("GET", "/")), Response)


def test_what_is_no_layer_is_a_mistake_at_start(run):
    def plain(ctx, call_next):
        return None

    app, _ = journal_app(plain, middleware=[object()])
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.remedy for mistake in caught.value.mistakes] == [
        "write `async def layer(ctx, call_next)`, or an object with process(ctx) or did_process(ctx)"
    ] * 2


async def waits(ctx):
    return ctx.query_bool("pass")


def answers(ctx):
    return Response("elsewhere", 303) if ctx.query_bool("pass") is None else True


def returns_none(ctx):
    return None


def declared_none(ctx) -> None:
    return None


def renders(ctx):
    ctx.render_text("pay first", 402)


@pytest.mark.parametrize(
    ("guard", "target", "status", "text"),
    [
        (lambda ctx: True, "/", 200, "done"),
        (lambda ctx: 0, "/", 403, "forbidden\n"),
        (returns_none, "/", 403, "forbidden\n"),
        (declared_none, "/", 200, "done"),
        (renders, "/", 402, "pay first"),
        (answers, "/", 303, "elsewhere"),
        (answers, "/?pass=yes", 200, "done"),
        (waits, "/?pass=yes", 200, "done"),
        (waits, "/?pass=no", 403, "forbidden\n"),
    ],
)
@pytest.mark.parametrize("blocking", [True, False])
def test_a_guard_lets_pass_only_what_it_agrees_to(ask, guard, target, status, text, blocking):
    app, journal = journal_app(guards=[guard], blocking=blocking)
    answer = ask(app, f"GET {target}")
    assert (answer.status, answer.text) == (status, text)
    assert journal == (["action"] if status == 200 else [])


def test_what_cannot_be_asked_as_a_guard_is_a_mistake_at_start(run):
    app, _ = journal_app(guards=[lambda ctx, more: True, "login"])
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.problem for mistake in caught.value.mistakes] == ["cannot be called with the context alone"] * 2


def test_the_first_refusal_ends_the_chain_of_guards(ask):
    asked = []
    guards = [lambda ctx: asked.append(1) or True, lambda ctx: asked.append(2), lambda ctx: asked.append(3) or True]
    app, _ = journal_app(guards=guards)
    assert ask(app, "GET /").status == 403
    assert asked == [1, 2]


def test_guards_are_asked_before_arguments_are_read(ask):
    app = Application()

    @app.get("/", guards=[lambda ctx: False], blocking=False)
    def typed(page: int):
        return page

    assert ask(app, "GET /?page=x").status == 403


def test_decorators_of_the_application_register_layers_and_guards(ask):
    app, journal = journal_app(guards=[lambda ctx: journal.append("own guard") or True])

    @app.middleware
    async def outer(ctx, call_next):
        journal.append("layer")
        return await call_next(ctx)

    @app.guard
    def signed_in(ctx):
        journal.append("guard")
        return ctx.header("x-user") is not None

    assert app.middlewares == (outer,)
    assert ask(app, "GET /").status == 403
    assert ask(app, "GET /", headers={"x-user": "ada"}).status == 200
    assert ask(app, "GET /healthz").status == 200
    assert journal == ["layer", "guard", "layer", "guard", "own guard", "action"]


def test_what_cannot_be_asked_as_a_guard_of_the_application_is_a_mistake_at_start(run):
    app, _ = journal_app()
    app.guard(lambda ctx, more: True)
    with pytest.raises(ApplicationError, match="cannot be called with the context alone"):
        run(app.start())
