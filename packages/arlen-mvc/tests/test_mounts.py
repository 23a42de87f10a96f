"""Applications under a prefix."""

import pytest
from arlen_http import Response
from arlen_mvc import Application, ApplicationError


def echo_app(config=None):
    app = Application(config or {})

    @app.get("/{rest:path}", blocking=False)
    def echo(ctx):
        return [ctx.request.root_path, ctx.request.raw_path, ctx.request.query_string]

    return app


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("/embedded", ["/embedded", "/", ""]),
        ("/embedded/", ["/embedded", "/", ""]),
        ("/embedded/x/y?a=1", ["/embedded", "/x/y", "a=1"]),
        ("/embedded/deep/x", ["/embedded/deep", "/x", ""]),
        ("/embeddedx", ["", "/embeddedx", ""]),
    ],
)
def test_the_longest_prefix_at_a_segment_boundary_gets_the_rest_of_the_path(ask, target, seen):
    app = echo_app()
    app.mount("/embedded/", echo_app())
    app.mount("embedded/deep", echo_app())
    assert ask(app, f"GET {target}").json == seen


def test_the_prefix_is_named_in_the_answer_once_for_the_innermost_mount(ask):
    inner, middle, app = echo_app(), Application(), Application()
    middle.mount("/inner", inner)
    app.mount("/middle", middle)
    answer = ask(app, "GET /middle/inner/x")
    assert answer.json == ["/middle/inner", "/x", ""]
    assert answer.headers["x-arlen-mount-prefix"] == "/inner"


def test_the_parent_s_middleware_does_not_run_and_the_child_s_errors_apply(ask):
    app = Application()
    seen = []

    @app.use
    async def layer(ctx, call_next):
        seen.append(ctx.request.path)
        return await call_next(ctx)

    app.mount("/api", Application({"api_only": True}))
    assert ask(app, "GET /api/nowhere").json["error"]["code"] == "not_found"
    assert seen == []


def test_mounts_start_before_and_stop_after_the_application(run):
    journal = []
    child, app = Application(), Application()
    child.on_start(lambda: journal.append("child start"))
    child.on_stop(lambda: journal.append("child stop"))
    app.on_start(lambda: journal.append("app start"))
    app.on_stop(lambda: journal.append("app stop"))
    app.mount("/child", child)

    async def live():
        await app.start()
        await app.shutdown()

    run(live())
    assert journal == ["child start", "app start", "app stop", "child stop"]


def test_a_mount_that_cannot_start_stops_the_parent_and_the_mounts_before_it(run):
    stopped = []
    good, bad, app = Application(), Application(), Application()
    good.on_stop(lambda: stopped.append("good"))
    bad.on_start(lambda: False)
    app.mount("/good", good)
    app.mount("/bad", bad)
    with pytest.raises(ApplicationError, match="mounted application failed to start at /bad") as caught:
        run(app.start())
    assert caught.value.code == "mount_failed"
    assert stopped == ["good"]


class Handler:
    async def handle(self, request):
        return Response(f"handled {request.path}")


def test_any_object_with_handle_can_be_mounted(ask):
    app = Application()
    app.mount("/other", Handler())
    answer = ask(app, "GET /other/x")
    assert (answer.text, answer.headers["x-arlen-mount-prefix"]) == ("handled /x", "/other")


def test_refused_mounts_say_why():
    app = Application()
    app.mount("/taken", Handler())
    for prefix, other, reason in [
        ("/taken/", Handler(), "something is mounted there already"),
        ("/", Handler(), "a mount needs a path such as /admin"),
        (" ", Handler(), "a mount needs a path such as /admin"),
        ("/self", app, "into itself"),
        ("/none", None, "has no handle"),
    ]:
        with pytest.raises(ApplicationError, match=reason) as caught:
            app.mount(prefix, other)
        assert caught.value.code == "mount_refused"
