"""Flashes and page state: what one page leaves for the next."""

import pytest
from arlen_mvc import Application, SessionRequired

SECRET = "a secret of thirty-two bytes or so"


def application(root=".", **settings):
    app = Application({"session": {"enabled": True, "secret": SECRET}, **settings}, root=root)

    @app.get("/leave", blocking=False)
    def leave(ctx):
        ctx.flash("saved")
        ctx.flash("<b>low</b> on paper", "warning")
        return {}

    @app.get("/other", blocking=False)
    def other(ctx):
        return {"user": ctx.session.get("user")}

    @app.get("/show", blocking=False)
    def show(ctx):
        return ctx.flashes()

    return app


def sent(answer):
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_flashes_are_shown_once_in_their_order(ask):
    app = application()
    left = ask(app, "GET /leave")
    shown = ask(app, "GET /show", headers=sent(left))
    assert shown.json == [["info", "saved"], ["warning", "<b>low</b> on paper"]]
    assert shown.headers["set-cookie"].startswith("arlen_session=;")
    assert ask(app, "GET /show").json == []


def test_a_request_that_shows_no_flashes_leaves_them_for_the_next_page(ask):
    app = application()
    left = ask(app, "GET /leave")
    assert "set-cookie" not in ask(app, "GET /other", headers=sent(left)).headers
    assert len(ask(app, "GET /show", headers=sent(left)).json) == 2


def test_flashes_of_the_same_request_are_shown_too(ask):
    app = application()

    @app.get("/both", blocking=False)
    def both(ctx):
        ctx.flash("at once", "error")
        return ctx.flashes()

    answer = ask(app, "GET /both")
    assert answer.json == [["error", "at once"]]
    assert "set-cookie" not in answer.headers


def test_templates_show_flashes_and_read_the_session(ask, write):
    page = (
        "{% for category, message in flashes() %}{{ category }}: {{ message }};{% endfor %}"
        "{{ session.user.name }}{{ 'user' in session }}{{ session.nothing }}"
    )
    app = application(write({"templates/page.html": page}))

    @app.get("/page", blocking=False)
    def page_(ctx):
        ctx.session["user"] = {"name": "Ada"}
        return ctx.render("page")

    text = ask(app, "GET /page", headers=sent(ask(app, "GET /leave"))).text
    assert text == "info: saved;warning: &lt;b&gt;low&lt;/b&gt; on paper;AdaTrue"


def test_a_template_cannot_write_the_session(ask, write):
    app = application(write({"templates/page.html": "{{ session.update({'admin': 1}) }}{{ session.clear() }}"}))
    app.get("/page", blocking=False)(lambda ctx: ctx.render("page"))
    assert ask(app, "GET /page").headers.get("set-cookie") is None


def test_without_sessions_what_needs_one_says_so(ask):
    app = Application({"compatibility": {"page_state_enabled": False}})
    members = {
        "ctx.session": lambda ctx: ctx.session,
        "ctx.flash": lambda ctx: ctx.flash("x"),
        "ctx.flashes": lambda ctx: ctx.flashes(),
        "ctx.csrf_token": lambda ctx: ctx.csrf_token,
        "ctx.rotate_session": lambda ctx: ctx.rotate_session(),
        "ctx.mark_session_dirty": lambda ctx: ctx.mark_session_dirty(),
    }

    @app.get("/", blocking=False)
    def index(ctx):
        for name, use in members.items():
            with pytest.raises(SessionRequired, match=f"{name} needs the session; set session.enabled"):
                use(ctx)
        return "told"

    assert ask(app, "GET /").text == "told"


@pytest.mark.parametrize("kept", [True, False])
def test_page_state_is_a_bag_for_each_page(ask, kept):
    app = application(compatibility={"page_state_enabled": kept})

    @app.get("/bag", blocking=False)
    def bag(ctx):
        state, same, other = ctx.page_state(), ctx.page_state(), ctx.page_state("other")
        before = state.all()
        state.set("page", 2)
        state.set("sort", "name")
        state.set("", "ignored")
        other.set("page", 9)
        same.set("sort", None)
        assert (same.get("page"), same.get("sort"), same.get("sort", "id")) == (2, None, "id")
        state.all()["page"] = "a copy"
        other.clear()
        return {"before": before, "now": state.all(), "other": other.all()}

    first = ask(app, "GET /bag")
    assert first.json == {"before": {}, "now": {"page": 2}, "other": {}}
    assert ("set-cookie" in first.headers) is kept
    if kept:
        assert ask(app, "GET /bag", headers=sent(first)).json["before"] == {"page": 2}


def test_clearing_the_last_page_leaves_nothing_in_the_session(ask):
    app = application(compatibility={"page_state_enabled": True})

    @app.get("/bag", blocking=False)
    def bag(ctx):
        ctx.page_state().clear()
        ctx.page_state().set("a", 1)
        ctx.page_state().clear()
        return dict(ctx.session)

    assert ask(app, "GET /bag").json == {}


def test_a_session_that_is_marked_is_written_although_nothing_changed(ask):
    app = application()

    @app.get("/mark", blocking=False)
    def mark(ctx):
        ctx.mark_session_dirty()
        return {}

    assert "set-cookie" not in ask(app, "GET /mark").headers
    assert "set-cookie" in ask(app, "GET /mark", headers=sent(ask(app, "GET /leave"))).headers
