from itertools import product

import pytest
from arlen_router import Match, NotAllowed, PathError, Redirect, Router


def winner(outcome):
    return outcome.route.target if type(outcome) is Match else outcome


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users/new", "GET /users/new"),
        ("/users/7", "GET /users/{id:int}"),
        ("/users/ada", "GET /users/{name}"),
        ("/users/v2", "GET /users/v{major:int}"),
        ("/users/ada/posts", "GET /users/*rest"),
        ("/users", "GET /users/*rest"),
        ("/users/7/edit", "GET /users/{id}/edit"),
        ("/users/new/edit", "GET /users/{id}/edit"),
        ("/users/new/other", "GET /users/*rest"),
    ],
)
def test_the_closest_description_wins_wherever_it_was_registered(table_of, path, expected):
    table = table_of(
        "GET /users/*rest",
        "GET /users/{name}",
        "GET /users/{id}/edit",
        "GET /users/v{major:int}",
        "GET /users/{id:int}",
        "GET /users/new",
    )
    assert winner(table.match("GET", path)) == expected


@pytest.mark.parametrize(
    ("routes", "path", "expected"),
    [
        (["GET /a/{x}/{y}", "GET /{x}/b/c"], "/a/b/c", "GET /{x}/b/c"),
        (["GET /{x}/b", "GET /a/{x}"], "/a/b", "GET /{x}/b"),
        (["GET /a/*rest", "GET /a/b/*rest"], "/a/b/c", "GET /a/b/*rest"),
        (["GET /{x}/{y}", "GET /{x:int}/{y}"], "/1/2", "GET /{x:int}/{y}"),
        (["GET /1/{y}", "GET /{x:int}/{y:int}"], "/1/2", "GET /{x:int}/{y:int}"),
    ],
)
def test_among_equals_more_literals_go_first_then_more_converters_then_the_earlier_one(
    table_of, routes, path, expected
):
    assert winner(table_of(*routes).match("GET", path)) == expected


@pytest.mark.parametrize("path", ["/users", "users", "/users/", "//users//", "/%75sers"])
def test_slashes_at_either_end_mean_nothing(table_of, path):
    assert winner(table_of("GET /users/").match("GET", path)) == "GET /users/"


def test_a_static_hit_is_made_once_and_cannot_be_changed(table_of):
    table = table_of("GET /users")
    hit = table.match("GET", "/users")
    assert table.match("GET", "/users/") is table.match("GET", "/users")
    with pytest.raises(TypeError):
        hit.params["id"] = 7


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/both", "GET /both"),
        ("PUT", "/both", "ANY /both"),
        ("GET", "/wild/x", "GET /wild/*rest"),
        ("PUT", "/wild/x", "ANY /wild/x"),
        ("HEAD", "/both", "GET /both"),
        ("HEAD", "/own", "HEAD /own"),
        ("OPTIONS", "/own", "OPTIONS /own"),
        ("PURGE", "/own", NotAllowed(("GET", "HEAD", "OPTIONS"))),
        ("POST", "/own", NotAllowed(("GET", "HEAD", "OPTIONS"))),
        ("OPTIONS", "/post", NotAllowed(("OPTIONS", "POST"))),
        ("get", "/post", NotAllowed(("OPTIONS", "POST"))),
        ("GET", "/nowhere", None),
    ],
)
def test_the_methods_own_routes_go_first_then_any_and_others_are_named(table_of, method, path, expected):
    table = table_of(
        "ANY /both",
        "GET /both",
        "ANY /wild/x",
        "GET /wild/*rest",
        "GET /own",
        "HEAD /own",
        "OPTIONS /own",
        "POST /post",
    )
    assert winner(table.match(method, path)) == expected


def test_one_route_serves_several_methods():
    router = Router()
    router.add(["get", "POST", "GET"], "/form", "form")
    table = router.compile()
    assert table.routes[0].methods == ("GET", "POST")
    assert table.match("GET", "/form").route is table.match("POST", "/form").route
    assert table.match("PUT", "/form") == NotAllowed(("GET", "HEAD", "OPTIONS", "POST"))


@pytest.mark.parametrize(
    ("mode", "path", "expected"),
    [
        ("strict", "/users", "GET /users"),
        ("strict", "/posts/", "GET /posts/"),
        ("strict", "/posts", "GET /{page}"),
        ("strict", "/posts//", None),
        ("strict", "/users/", None),
        ("strict", "/items/7/", "GET /items/{id}/"),
        ("strict", "/items/7", None),
        ("strict", "/files/a/", "GET /files/*rest"),
        ("strict", "/", "GET /"),
        ("redirect", "/users", "GET /users"),
        ("redirect", "/users/", Redirect("/users")),
        ("redirect", "/users//", Redirect("/users")),
        ("redirect", "//users/", Redirect("/users")),
        ("redirect", "/items/7", Redirect("/items/7/")),
        ("redirect", "/items/a%20b", Redirect("/items/a%20b/")),
        ("redirect", "/\\example.com/", Redirect("/%5Cexample.com")),
        ("redirect", "/forms/new", NotAllowed(("OPTIONS", "POST"))),
        ("redirect", "/no/where/", None),
        ("redirect", "/", "GET /"),
    ],
)
def test_trailing_slashes_are_strict_or_redirect_to_the_registered_form(table_of, mode, path, expected):
    table = table_of(
        "GET /",
        "GET /users",
        "GET /posts/",
        "GET /items/{id}/",
        "GET /files/*rest",
        "GET /{page}",
        "POST /forms/new",
        trailing_slash=mode,
    )
    assert winner(table.match("GET", path)) == expected


def test_an_inner_empty_segment_is_no_parameter_where_several_routes_compete(table_of):
    table = table_of("GET /a/{x}/b", "GET /a/{x:int}/b", "GET /a/c/b")
    assert table.match("GET", "/a//b") is None


def test_explain_reads_an_extension_as_match_does():
    router = Router()
    router.add("GET", "/users/{id:int}", "user", formats=["json"])
    router.add("GET", "/users/{name}.json", "file")
    assert str(router.compile().explain("GET", "/users/7.json")).splitlines() == [
        "GET /users/{id:int}: wins",
        "GET /users/{name}.json: GET /users/{id:int} goes first",
    ]
    router = Router()
    router.add("GET", "/users/{id:int}", "user", formats=["json"])
    router.add("GET", "/users/7", "seven")
    router.add("GET", "/users/7.json", "file")
    assert "GET /users/{id:int}: GET /users/7.json goes first" in str(router.compile().explain("GET", "/users/7.json"))


def test_a_wildcard_keeps_its_trailing_slash_where_slashes_mean_something(table_of):
    assert table_of("GET /*rest").match("GET", "/a/").params == {"rest": "a"}
    assert table_of("GET /*rest", trailing_slash="strict").match("GET", "/a/").params == {"rest": "a/"}


@pytest.mark.parametrize(("segments", "found"), [(256, True), (257, False)])
def test_a_path_of_more_than_256_segments_matches_nothing(table_of, segments, found):
    table = table_of("GET /*rest", "POST /*rest")
    assert (table.match("GET", "/x" * segments) is not None) is found


def test_a_long_segment_matches(table_of):
    assert table_of("GET /echo/:name").match("GET", "/echo/" + "x" * 2048).params == {"name": "x" * 2048}


@pytest.mark.parametrize("path", ["/%", "/a/%zz", "/%00", "/%ff"])
def test_a_malformed_path_is_an_error_whether_or_not_a_route_would_match(table_of, path):
    with pytest.raises(PathError):
        table_of("GET /known").match("GET", path)


def test_among_hundreds_of_routes_that_fit_the_one_with_most_literals_wins(table_of):
    choices = product(*(("a", f"{{x{position}}}") for position in range(8)))
    table = table_of(*(f"GET /{'/'.join(choice)}/end" for choice in reversed(list(choices))))
    assert winner(table.match("GET", "/a" * 8 + "/end")) == "GET " + "/a" * 8 + "/end"
    assert table.match("GET", "/a" * 8 + "/ende") is None


def test_explain_names_the_winner_and_why_the_others_lost(table_of):
    table = table_of("GET /users/{name}", "GET /users/{id:int}", "POST /users/7", "ANY /users/*rest", "GET /posts")
    assert str(table.explain("GET", "/users/7")).splitlines() == [
        "GET /users/{id:int}: wins",
        "GET /users/{name}: GET /users/{id:int} goes first",
        "POST /users/7: answers POST only",
        "ANY /users/*rest: GET /users/{id:int} goes first",
    ]
    assert "GET /users/{id:int}: a converter refuses" in str(table.explain("GET", "/users/ada"))
    assert str(table.explain("GET", "/nowhere")) == "no route has a pattern that fits"
