"""Routes: how they are declared, and what is answered where none fits."""

from typing import ClassVar

import pytest
from arlen_mvc import Application, Context, Controller, Router, get, post


def test_a_decorated_function_answers_its_path_and_method(ask):
    app = Application()

    @app.get("/users/{id:int}", name="user")
    async def show(ctx: Context, id: int):
        return {"id": id}

    assert ask(app, "GET /users/7").json == {"id": 7}
    assert app.url_for("user", id=7, page=2) == "/users/7?page=2"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_there_is_a_decorator_for_every_method(ask, method):
    app = Application()
    getattr(app, method)("/thing", blocking=False)(lambda: method)
    assert ask(app, f"{method.upper()} /thing").text == method


def test_one_function_may_answer_several_methods(ask):
    app = Application()

    @app.route("/thing", methods=("GET", "DELETE"), blocking=False)
    def thing(ctx):
        return ctx.request.method

    assert ask(app, "GET /thing").text == "GET"
    assert ask(app, "DELETE /thing").text == "DELETE"


class Users(Controller):
    prefix = "/users"
    name = "users"
    made: ClassVar[list["Users"]] = []

    def __init__(self):
        self.made.append(self)

    @get("/", name="index")
    async def index(self):
        return [self.context.route_name, self.context.controller_name, self.context.action_name]

    @get("/{id:int}", name="show")
    @post("/{id:int}/shown")
    async def show(self, ctx, id: int, verbose: bool = False):
        return {"id": id, "verbose": verbose, "same": ctx is self.context}


class Admins(Users):
    prefix = "/admins"
    name = "admins"


def test_a_controller_has_what_its_context_has(ask):
    class Notes(Controller):
        @get("/notes")
        async def index(self):
            self.stash["seen"] = self.query("q")
            return self.render_json({"q": self.context.stash["seen"], "json": self.wants_json}, 201)

        @get("/plain")
        async def plain(self):
            self.status, self.locale = 202, "de"
            return {"locale": self.context.locale}

    app = Application()
    app.add_controller(Notes)
    response = ask(app, "GET /notes?q=tea", headers={"accept": "application/json"})
    assert (response.status, response.json) == (201, {"q": "tea", "json": True})
    plain = ask(app, "GET /plain")
    assert (plain.status, plain.json) == (202, {"locale": "de"})
    with pytest.raises(AttributeError, match="has no attribute 'context'"):
        Notes().stash  # noqa: B018


def test_a_controller_is_made_anew_for_each_request_and_holds_its_context(ask):
    app = Application()
    app.add_controller(Users)
    Users.made.clear()
    assert ask(app, "GET /users").json == ["users.index", "Users", "index"]
    assert ask(app, "GET /users/7?verbose=on").json == {"id": 7, "verbose": True, "same": True}
    assert ask(app, "POST /users/7/shown").json == {"id": 7, "verbose": False, "same": True}
    assert len(set(map(id, Users.made))) == 3


def test_actions_are_inherited_under_the_prefix_and_name_of_the_subclass(ask):
    app = Application()
    app.add_controller(Users)
    app.add_controller(Admins)
    assert app.url_for("admins.show", id=3) == "/admins/3"
    assert ask(app, "GET /admins").json == ["admins.index", "Admins", "index"]


def test_groups_and_inclusions_add_prefix_name_and_guards_from_outside_in(ask):
    asked = []

    def guard(name):
        def check(ctx):
            asked.append(name)
            return True

        return check

    books = Router("/books", guards=[guard("router")])

    @books.get("/{id}", name="book", guards=[guard("route")], blocking=False)
    def book(id: str):
        return id

    app = Application()
    with app.group("/v1", name="v1", guards=[guard("outer")]) as v1:
        v1.include(books, "/library", name="library")
    app.include(books, "/v2", name="v2")

    assert app.url_for("v1.library.book", id="a b") == "/v1/library/books/a%20b"
    assert ask(app, "GET /v1/library/books/dune").text == "dune"
    assert asked == ["outer", "router", "route"]
    assert ask(app, "GET /v2/books/dune").text == "dune"


def test_a_path_without_a_route_is_404(ask):
    app = Application()
    answer = ask(app, "GET /nowhere")
    assert (answer.status, answer.text) == (404, "not found\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_wrong_method_is_405_and_names_the_right_ones(ask):
    app = Application()
    app.get("/thing", blocking=False)(lambda: "thing")
    answer = ask(app, "DELETE /thing")
    assert (answer.status, answer.text) == (405, "method not allowed\n")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_is_answered_with_the_allowed_methods(ask):
    app = Application()
    app.post("/thing", blocking=False)(lambda: "thing")
    answer = ask(app, "OPTIONS /thing")
    assert (answer.status, answer.body, answer.headers["allow"]) == (204, b"", "OPTIONS, POST")


def test_head_is_served_by_the_get_route(ask):
    app = Application()
    app.get("/thing", blocking=False)(lambda: "thing")
    assert ask(app, "HEAD /thing").status == 200


def test_a_malformed_escape_in_the_path_is_400(ask):
    app = Application()
    app.get("/{name}", blocking=False)(lambda name: name)
    assert ask(app, "GET /%zz", headers={"accept": "application/json"}).json["error"]["code"] == "malformed_path"


def test_a_trailing_slash_redirects_with_its_query_when_so_configured(ask):
    app = Application({"routing": {"trailing_slash": "redirect"}})
    app.get("/users", blocking=False)(lambda: "users")
    answer = ask(app, "GET /users/?page=2")
    assert (answer.status, answer.headers["location"]) == (308, "/users?page=2")


def test_a_route_answers_in_the_format_that_the_path_or_the_client_names(ask):
    app = Application()

    @app.get("/report", formats=("html", "json"), blocking=False)
    def report(ctx):
        return ctx.request_format

    assert ask(app, "GET /report.json").text == "json"
    assert ask(app, "GET /report", headers={"accept": "application/json"}).text == "json"
    assert ask(app, "GET /report").text == "html"
    assert ask(app, "GET /report", headers={"accept": "image/png"}).status == 406


def test_nothing_can_be_registered_once_the_application_is_composed(ask):
    app = Application()
    ask(app, "GET /")
    with pytest.raises(Exception, match="register everything before it starts") as caught:
        app.get("/late")(lambda: None)
    assert caught.value.code == "application_frozen"


def test_routes_are_listed_in_the_order_of_declaration():
    app = Application()
    app.get("/b", name="b")(lambda: None)
    app.add_controller(Users)
    listed = [(route.methods, route.path, route.name, route.controller, route.action) for route in app.routes]
    assert listed == [
        (("GET",), "/b", "b", "", "<lambda>"),
        (("GET",), "/users", "users.index", "Users", "index"),
        (("GET",), "/users/{id:int}", "users.show", "Users", "show"),
        (("POST",), "/users/{id:int}/shown", "", "Users", "show"),
    ]
