"""Routes configured by name, and the table of routes."""

import pytest
from arlen_mvc import Application, ApplicationError, Controller, Router, get

JSON = {"accept": "application/json"}


def test_a_route_is_configured_before_or_after_it_is_declared(ask):
    app, routes = Application(), Router(name="users")

    @routes.get("/users/{id}", name="show", response_schema={"id": "integer"}, summary="One user")
    async def show(ctx):
        return ctx.validated

    app.configure_route("users.show", request_schema={"id": "string"}, tags=["a"])
    app.include(routes)
    app.configure_route("users.show", request_schema={"id": "integer"}, tags=[" people ", "people"])
    assert ask(app, "GET /users/7").json == {"id": 7}
    assert ask(app, "GET /users/x", headers=JSON).status == 422
    (route,) = app.routes
    assert (route.documentation.summary, route.documentation.tags) == ("One user", ("people",))
    assert route.contract.response == {"id": "integer"}


def test_what_is_not_configured_again_stays():
    app = Application()

    @app.get("/", name="index", include_in_openapi=False, required_scopes=["read"])
    async def index():
        raise AssertionError

    app.configure_route("index", summary="The first page", required_scopes=["write"])
    (route,) = app.route_table()
    assert route["include_in_openapi"] is False
    assert route["required_scopes"] == ["read", "write"]


def test_requirements_also_bind_a_route_that_was_open(ask):
    app = Application({"auth": {"bearer_secret": "s" * 32}})

    @app.get("/", name="index", auth=None)
    async def index():
        return "open"

    assert ask(app, "GET /").status == 200
    app = Application({"auth": {"bearer_secret": "s" * 32}})
    app.get("/", name="index", auth=None)(index)
    app.configure_route("index", required_roles=["admin"])
    assert ask(app, "GET /").status == 401


def test_a_name_that_no_route_has_is_a_mistake_with_a_suggestion(ask):
    app = Application()
    app.get("/", name="index")(lambda: "x")
    app.configure_route("indx", summary="?")
    with pytest.raises(ApplicationError) as caught:
        ask(app, "GET /")
    (mistake,) = caught.value.mistakes
    assert str(mistake).startswith("configure_route('indx'): there is no route of this name; did you mean 'index'?")


def test_an_option_that_does_not_exist_is_refused_at_once():
    with pytest.raises(ApplicationError, match="no option 'requst_schema'; did you mean 'request_schema'") as caught:
        Application().configure_route("index", requst_schema={})
    assert caught.value.code == "unknown_option"


def test_a_decorator_refuses_what_nothing_would_read():
    with pytest.raises(ApplicationError, match="no option 'requred_scopes'; did you mean 'required_scopes'"):
        Application().get("/", requred_scopes=["read"])(lambda: "x")
    with pytest.raises(ApplicationError, match="the group of /admin: there is no option 'gaurds'"):
        Application().group("/admin", gaurds=[signed_in])


def test_an_application_that_is_composed_cannot_be_configured(ask):
    app = Application()
    app.get("/", name="index")(lambda: "x")
    ask(app, "GET /")
    with pytest.raises(ApplicationError) as caught:
        app.configure_route("index", summary="late")
    assert caught.value.code == "application_frozen"


def signed_in(ctx):
    return True


def test_the_table_of_routes_is_plain_data_without_what_is_not_set():
    class Users(Controller):
        prefix = "/users"
        name = "users"
        guards = (signed_in,)

        @get("/{id:int}", name="show", formats=["json"], operation_id="showUser", response_schema={"id": "integer"})
        async def show(self, ctx):
            raise AssertionError

    app = Application()
    app.route("/", ("GET", "POST"))(signed_in)
    app.add_controller(Users)
    assert app.route_table() == [
        {
            "method": "GET,POST",
            "path": "/",
            "name": "",
            "controller": "",
            "action": "signed_in",
            "include_in_openapi": True,
        },
        {
            "method": "GET",
            "path": "/users/{id:int}",
            "name": "users.show",
            "controller": "Users",
            "action": "show",
            "include_in_openapi": True,
            "guard": ["signed_in"],
            "formats": ["json"],
            "operation_id": "showUser",
            "response_schema": {"id": "integer"},
        },
    ]
