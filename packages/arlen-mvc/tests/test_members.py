"""What a context and its controller offer, and what happens when an action renders twice."""

import pytest
from arlen_mvc import Application, Context, Controller, Event, get

MEMBERS = [
    "request", "response", "logger", "perf", "route_name", "controller_name", "action_name", "request_id",
    "trace_id", "span_id", "parent_span_id", "traceparent", "path_params", "params", "param", "string_param",
    "query", "header", "query_int", "query_bool", "header_int", "header_bool", "require_string", "require_int",
    "add_error", "errors", "validated", "validated_value", "auth_claims", "auth_scopes", "auth_roles",
    "auth_subject", "session", "mark_session_dirty", "csrf_token", "stash", "request_format", "wants_json",
    "i18n", "t", "locale", "page_state", "url_for", "has_rendered", "render", "render_json", "render_text",
    "render_html", "render_data", "render_negotiated", "render_sse", "render_errors", "render_envelope",
    "set_status", "redirect", "stash_value", "stash_values", "stash_get", "etag", "flash", "flashes",
    "envelope", "metrics", "get", "after_response",
]  # fmt: skip


@pytest.mark.parametrize("name", MEMBERS)
def test_a_context_has_the_member(name):
    assert hasattr(Context, name)


def test_a_controller_reads_and_calls_members_of_its_context(ask):
    class Users(Controller):
        @get("/users/{id:int}", blocking=False)
        def show(self):
            self.set_status(201)
            self.stash["seen"] = True
            return [self.path_params["id"], self.query("q"), self.context.stash, self.request_format]

        @get("/rendered", blocking=False)
        def rendered(self):
            self.render_text("rendered")

    app = Application()
    app.add_controller(Users)
    answer = ask(app, "GET /users/7?q=x")
    assert (answer.status, answer.json) == (201, [7, "x", {"seen": True}, "html"])
    assert ask(app, "GET /rendered").text == "rendered"


def test_ids_of_the_trace_are_those_of_the_answer_and_none_where_there_is_none(ask):
    def ids(ctx):
        with ctx.perf.stage("asking"):
            return [ctx.trace_id, ctx.span_id, ctx.parent_span_id, ctx.traceparent]

    traced, untraced = Application(), Application({"observability": {"trace_propagation_enabled": False}})
    traced.get("/", blocking=False)(ids)
    untraced.get("/", blocking=False)(ids)
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    answer = ask(traced, "GET /", headers={"traceparent": parent})
    trace_id, span_id, parent_span_id, traceparent = answer.json
    assert (trace_id, parent_span_id) == ("a" * 32, "b" * 16)
    assert traceparent == f"00-{trace_id}-{span_id}-01"
    assert ask(untraced, "GET /").json == [None, None, None, None]


def test_the_stash_helpers(ask):
    app = Application()

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.stash_value("a", 1)
        ctx.stash_value("", 2)
        ctx.stash_values({"b": 3, 4: 5, "c": 6, "": 7})
        ctx.stash_value("c", None)
        return [ctx.stash, ctx.stash_get("b"), ctx.stash_get("c"), ctx.stash_get("c", "d")]

    assert ask(app, "GET /").json == [{"a": 1, "b": 3}, 3, None, "d"]


def test_finite_server_sent_events(ask):
    app = Application()
    events = [{"id": "1", "event": "tick", "retry": 5, "data": "a\nb"}, Event({"n": 1}), ""]
    app.get("/", blocking=False)(lambda ctx: ctx.render_sse(events))
    answer = ask(app, "GET /")
    assert answer.text == 'id: 1\nevent: tick\nretry: 5\ndata: a\ndata: b\n\ndata: {"n":1}\n\ndata: \n\n'
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-cache", "no")


@pytest.mark.parametrize("event", [{"id": "1\ndata: x"}, {"event": "a\rb"}, {"id": "\0"}])
def test_header_injection_a_server_sent_event_cannot_forge_fields(ask, event):
    app = Application()

    @app.get("/", blocking=False)
    def index(ctx):
        with pytest.raises(ValueError, match="must be one line"):
            ctx.render_sse([event])
        return ctx.has_rendered

    assert ask(app, "GET /").text == "False"


@pytest.mark.parametrize(("environment", "warnings"), [("development", ["double render"]), ("production", [])])
@pytest.mark.parametrize("second", [lambda ctx: ctx.render_text("second"), lambda ctx: ctx.redirect("/")])
def test_a_second_render_replaces_the_first_and_development_warns(ask, caplog, environment, warnings, second):
    app = Application({"environment": environment})

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.render_html("first")
        second(ctx)

    answer = ask(app, "GET /")
    assert answer.text in ("second", "")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == warnings
