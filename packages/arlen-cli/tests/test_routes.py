import pytest

APP = """
from arlen_mvc import Application, Context, Controller, get

app = Application()


class HomeController(Controller):
    @get("/", name="home")
    async def index(self, ctx: Context):
        return "home"


app.add_controller(HomeController)


@app.route("/users/{id:int}", methods=("GET", "HEAD"), name="user")
async def user(ctx: Context, id: int):
    return {"id": id}


@app.get("/users/{name}")
async def by_name(ctx: Context, name: str):
    return {"name": name}


def create_app():
    return app
"""


@pytest.fixture
def shop(here):
    (here / "app_lite.py").write_text(APP)
    return here


LINES = [
    "GET / -> HomeController#index (home)",
    "GET,HEAD /users/{id:int} -> user (user)",
    "GET /users/{name} -> by_name",
]


def test_every_route_is_one_line_in_the_order_of_registration(arlen, shop):
    ran = arlen("routes")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == LINES


def test_boomhauer_prints_the_same_lines(boomhauer_command, shop):
    ran = boomhauer_command("--print-routes")
    assert (ran.status, ran.out.splitlines()) == (0, LINES)


def test_json_tells_the_parts_of_a_route(arlen, shop):
    document = arlen("routes", "--json").json()
    assert document["command"] == document["workflow"] == "routes"
    assert document["routes"][0] == {
        "methods": ["GET"],
        "path": "/",
        "name": "home",
        "controller": "HomeController",
        "action": "index",
    }


def test_a_factory_is_called(arlen, shop):
    assert arlen("routes", "--app", "app_lite:create_app").out.splitlines() == LINES


def test_match_tells_the_winner_what_it_binds_and_why_others_lost(arlen, shop):
    ran = arlen("routes", "--match", "GET /users/7?page=2")
    assert ran.status == 0
    assert ran.out.splitlines()[:2] == ["GET,HEAD /users/{id:int} -> user (user)", "  id = 7"]
    assert "  not GET /users/{name} -> by_name: " in ran.out
    document = arlen("routes", "--json", "--match", "GET /users/ada").json()
    assert document["route"]["action"] == "by_name"
    assert document["params"] == {"name": "ada"}
    assert [rejected["action"] for rejected in document["rejected"]] == ["user"]


def test_match_fails_when_no_route_answers_and_says_why(arlen, shop):
    ran = arlen("routes", "--match", "POST /users/7")
    assert ran.status == 1
    assert ran.err.startswith("arlen routes: no route answers POST /users/7\n")
    assert "answers GET" in ran.err
    assert arlen("routes", "--match", "/users/7", "--json").json()["error"]["code"] == "invalid_request"
    assert arlen("routes", "--match", "GET /%zz", "--json").json()["error"]["code"] == "invalid_request"


def test_without_an_application_it_says_where_it_looked(arlen, here):
    ran = arlen("routes")
    assert ran.status == 1
    assert ran.err.startswith("arlen routes: no application found: ")
    assert "arlen new Shop" in ran.err


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        ("app = = 1\n", "build_failed", "app_lite.py:1:7"),
        ("import no_such_module\n", "build_failed", "No module named 'no_such_module'"),
        ("application = 1\n", "app_attribute_missing", "has no 'app'"),
        ("async def app(scope, receive, send): ...\n", "not_an_arlen_app", "builtins.function"),
        (APP + '\napp.get("/users/{id:int}")(user)\n', "build_failed", "/users/{id:int}"),
    ],
)
def test_an_application_that_cannot_be_built_is_told_with_its_place(arlen, here, source, code, told):
    (here / "app_lite.py").write_text(source)
    ran = arlen("routes", "--json")
    assert ran.status == 1
    assert ran.json()["error"]["code"] == code
    assert told in ran.json()["error"]["message"]


def test_check_composes_the_application_and_counts(arlen, shop):
    ran = arlen("routes", "--check")
    assert (ran.status, ran.out, ran.err) == (0, "checked 3 routes\n", "")
    document = arlen("routes", "--check", "--json").json()
    assert (document["checked"], document["mistakes"]) == (3, [])


def test_check_tells_every_mistake_of_every_route(arlen, here):
    mistaken = """
@app.get("/gift")
def gift(ctx, ribbon: object):
    return ribbon


@app.get("/box", request_schema={"size": {"type": "huge"}})
def box(ctx):
    return 1
"""
    (here / "app_lite.py").write_text(APP + mistaken)
    ran = arlen("routes", "--check")
    assert (ran.status, ran.out) == (1, "")
    assert "GET /gift -> gift" in ran.err
    assert "GET /box -> box" in ran.err
    error = arlen("routes", "--check", "--json").json()["error"]
    assert error["code"] == "routes_invalid"
    assert [mistake["place"].partition(" (")[0] for mistake in error["details"]["mistakes"]] == [
        "GET /gift -> gift",
        "GET /box -> box",
    ]


def test_check_and_match_do_not_go_together(arlen, shop):
    assert arlen("routes", "--check", "--match", "GET /").status == 2
