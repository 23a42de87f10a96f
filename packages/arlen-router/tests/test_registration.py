import pytest
from arlen_router import (
    ArlenRouterError,
    Converter,
    Host,
    RouteBuildError,
    Router,
    RouterFrozenError,
    RouteTableError,
    Scheme,
)


def faults_of(router, **options):
    with pytest.raises(RouteTableError) as caught:
        router.compile(**options)
    assert caught.value.code == "invalid_routes"
    return [(fault.code, fault.route, fault.column) for fault in caught.value.faults]


def test_every_fault_is_reported_at_once_in_registration_order():
    router = Router()
    router.add("GET", "/good", 0, name="good")
    router.add("GET", "/{a}/{a}/{b:itn}", 0)
    router.add("POST", "/*rest/x", 0, name="good")
    router.add("GET", "/good/", 0)
    router.add(["PUT", "BAD METHOD"], "/q", 0)
    router.add("GET", "/{id}", 0, conditions=[Host("{id}.example.com")])
    assert faults_of(router) == [
        ("duplicate_param", "GET /{a}/{a}/{b:itn}", 6),
        ("unknown_converter", "GET /{a}/{a}/{b:itn}", 10),
        ("wildcard_not_last", "POST /*rest/x", 2),
        ("duplicate_name", "POST /*rest/x", None),
        ("duplicate_route", "GET /good", None),
        ("invalid_method", "PUT,BAD METHOD /q", None),
        ("duplicate_param", "GET /{id}", None),
    ]


def test_the_message_lists_every_fault_with_its_remedy():
    router = Router()
    router.add("GET", "/{id:itn}", 0)
    router.add("POST", "/{id", 0)
    with pytest.raises(RouteTableError) as caught:
        router.compile()
    assert str(caught.value).splitlines() == [
        "2 faults in the route table:",
        '  [unknown_converter] GET: unknown converter "itn" of {id} in "/{id:itn}" (column 2); did you mean "int"?',
        '  [unbalanced_brace] POST: brace without its closing one in "/{id" (column 2); close it with }',
    ]


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (("GET", "/{a}"), ("GET", "/:b"), True),
        (("GET", "/{a:int}"), ("GET", "/{b:int}"), True),
        (("GET", "/{a:re:x}"), ("GET", "/{b:re:x}"), True),
        (("GET", "/*a"), ("GET", "/{b:path}"), True),
        (("GET", "/v{a}"), ("GET", "/v{b}"), True),
        (("GET", "/a"), ("GET", "/a/"), True),
        (("GET", "/a"), (["POST", "GET"], "/a"), True),
        (("GET", "/{a}"), ("GET", "/{a:int}"), False),
        (("GET", "/a"), ("POST", "/a"), False),
        (("GET", "/a"), ("ANY", "/a"), False),
    ],
)
def test_routes_are_equal_by_method_and_shape_whatever_their_parameters_are_called(first, second, equal):
    router = Router()
    router.add(*first, 0)
    router.add(*second, 0)
    if equal:
        assert [code for code, _, _ in faults_of(router)] == ["duplicate_route"]
    else:
        assert len(router.compile().routes) == 2


def test_routes_that_differ_in_conditions_or_formats_or_a_strict_slash_are_not_equal():
    router = Router()
    router.add("GET", "/a", 0, conditions=[Scheme("https")])
    router.add("GET", "/a", 0, formats=["json"])
    router.add("GET", "/a", 0)
    router.add("GET", "/a/", 0)
    assert len(router.compile(trailing_slash="strict").routes) == 4
    assert faults_of(router) == [("duplicate_route", "GET /a", None)]


@pytest.mark.parametrize(
    ("routes", "warnings"),
    [
        ([("GET", "/{a}", {}), ("GET", "/{b}", {"conditions": [Scheme("https")]})], [("shadowed_route", "GET /{b}")]),
        ([("GET", "/{b}", {"conditions": [Scheme("https")]}), ("GET", "/{a}", {})], []),
        ([("GET", "/*all", {}), ("GET", "/{a}/*rest", {})], [("shadowed_route", "GET /{a}/*rest")]),
        ([("GET", "/{a}/*rest", {}), ("GET", "/*all", {})], []),
        ([("GET", "/{a}", {}), ("GET", "/{b}/*rest", {})], []),
        (
            [("GET", "/a", {"formats": ["json", "html"]}), ("GET", "/a", {"formats": ["json"]})],
            [("shadowed_route", "GET /a")],
        ),
        ([("GET", "/a", {"formats": ["json"]}), ("GET", "/a", {})], []),
        ([("GET", "/a", {}), ("GET", "/a", {"formats": ["json"]})], [("shadowed_route", "GET /a")]),
        ([("ANY", "/a/{b}", {}), ("GET", "/a/*rest", {})], [("hidden_any", "ANY /a/{b}")]),
        ([("ANY", "/a/b", {}), ("GET", "/{x}/*rest", {})], [("hidden_any", "ANY /a/b")]),
        ([("ANY", "/a/{b}", {}), ("GET", "/a/*rest", {"conditions": [Scheme("https")]})], []),
        ([("ANY", "/a/*rest", {}), ("GET", "/a/*rest", {})], []),
        ([("GET", "/a", {"formats": ["jsno"]})], [("unknown_format", "GET /a")]),
    ],
)
def test_routes_that_are_hardly_meant_are_warned_of(routes, warnings):
    router = Router()
    for method, path, options in routes:
        router.add(method, path, 0, **options)
    assert [(warning.code, warning.route) for warning in router.compile().warnings] == warnings


def test_groups_join_prefixes_and_names_and_stand_in_registration_order():
    router = Router()
    router.add("GET", "/", "root", name="root")
    with router.group("/admin/", name="admin") as admin:
        admin.add("GET", "", "home", name="home")
        with admin.group("users") as users:
            users.add("GET", "/{id}", "user", name="user")
        admin.add("GET", "/about", "unnamed")
    router.add("GET", "/last", "last")
    table = router.compile()
    assert [(route.path, route.name, route.index) for route in table.routes] == [
        ("/", "root", 0),
        ("/admin", "admin.home", 1),
        ("/admin/users/{id}", "admin.user", 2),
        ("/admin/about", None, 3),
        ("/last", None, 4),
    ]
    assert table.route_named("admin.user").target == "user"
    assert table.route_named("user") is None


def test_a_router_is_included_any_number_of_times_also_with_routes_that_it_gets_later():
    users = Router()
    router = Router()
    router.include(users, prefix="/v1", name="v1")
    router.include(users, prefix="/v2", name="v2")
    users.add("GET", "/users/{id:int}", "user", name="user")
    table = router.compile()
    assert table.url_for("v1.user", id=7) == "/v1/users/7"
    assert table.url_for("v2.user", id=7) == "/v2/users/7"
    assert table.match("GET", "/v2/users/7").route.name == "v2.user"


def test_a_router_cannot_stand_within_itself():
    router = Router()
    with router.group("/a") as group, pytest.raises(ArlenRouterError) as caught:
        group.include(router)
    assert caught.value.code == "circular_inclusion"


def test_after_compile_nothing_can_be_registered():
    router, other = Router(), Router()
    group = router.group("/a")
    router.include(other)
    router.compile()
    for late in (router, group, other):
        with pytest.raises(RouterFrozenError) as caught:
            late.add("GET", "/late", 0)
        assert caught.value.code == "router_frozen"
    with pytest.raises(RouterFrozenError):
        router.group("/b")
    assert router.compile().routes == ()


def test_a_router_that_did_not_compile_can_be_mended():
    router = Router()
    router.add("GET", "/{", 0)
    assert faults_of(router) == [("unbalanced_brace", "GET /{", 2)]
    router.add("GET", "/fine", 0)


def test_converters_of_a_router_reach_the_routers_within_it_unless_they_have_their_own():
    decimal, octal = Converter("[0-9]+", int), Converter("[0-7]+", lambda text: int(text, 8), "{:o}".format)
    outer, inner = Router(converters={"n": decimal}), Router(converters={"n": octal})
    outer.add("GET", "/outer/{n:n}", 0)
    outer.include(inner)
    inner.add("GET", "/inner/{n:n}", 0)
    with outer.group("/group") as group:
        group.add("GET", "/{n:n}", 0)
    table = outer.compile()
    assert [table.match("GET", f"/{place}/17").params["n"] for place in ("outer", "inner", "group")] == [17, 15, 17]


def test_what_was_registered_comes_back_on_the_route():
    router = Router()
    target, meta = object(), object()
    router.add("", "users", target, meta=meta, name="users", conditions=[Scheme("https")], formats=["json"])
    (route,) = router.compile().routes
    assert (route.methods, route.path, route.name, route.formats) == (("GET",), "/users", "users", ("json",))
    assert (route.target, route.meta, route.conditions) == (target, meta, (Scheme("https"),))
    assert str(route) == "GET /users"


@pytest.fixture(scope="module")
def table():
    router = Router()
    router.add("GET", "/", 0, name="root")
    router.add("GET", "/users/{id:int}", 0, name="user")
    router.add("GET", "/files/*rest", 0, name="file")
    router.add("GET", "/posts/", 0, name="posts")
    router.add("GET", "/t/{page}", 0, name="tenant", conditions=[Host("{tenant}.example.com")])
    return router.compile(trailing_slash="redirect")


@pytest.mark.parametrize(
    ("name", "params", "url"),
    [
        ("root", {}, "/"),
        ("root", {"page": 2}, "/?page=2"),
        ("user", {"id": 7}, "/users/7"),
        (
            "user",
            {"id": 7, "page": 2, "tag": ["a", "b c"], "none": None, "all": True},
            "/users/7?page=2&tag=a&tag=b+c&all=true",
        ),
        ("file", {"rest": "a b/ü?.txt"}, "/files/a%20b/%C3%BC%3F.txt"),
        ("file", {"rest": ""}, "/files/"),
        ("posts", {"self": 1, "name": 2}, "/posts/?self=1&name=2"),
        ("tenant", {"page": "@:a", "tenant": "acme", "q": "1&2"}, "/t/@:a?q=1%262"),
    ],
)
def test_urls_are_built_by_name_and_leftover_arguments_become_the_query(table, name, params, url):
    assert table.url_for(name, **params) == url


@pytest.mark.parametrize(
    ("name", "params", "code", "message"),
    [
        ("usr", {}, "unknown_route", 'no route is named "usr"; did you mean "user"?'),
        ("user", {}, "missing_param", 'parameter {id} of "/users/{id:int}" is missing; give id=...'),
        ("user", {"id": "x"}, "refused_param", "parameter {id} refuses 'x'; give a value that matches -?[0-9]+"),
    ],
)
def test_a_url_that_cannot_be_built_says_why(table, name, params, code, message):
    with pytest.raises(RouteBuildError) as caught:
        table.url_for(name, **params)
    assert (caught.value.code, str(caught.value)) == (code, message)
