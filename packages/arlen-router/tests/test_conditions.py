import pytest
from arlen_router import Header, Host, Match, PatternError, Predicate, Query, Router, Scheme, WebSocketOnly


@pytest.mark.parametrize(
    ("condition", "request_parts", "captures"),
    [
        (Host("example.com"), {"host": "example.com"}, {}),
        (Host("Example.com"), {"host": "EXAMPLE.com.:8080"}, {}),
        (Host("example.com"), {"host": "www.example.com"}, None),
        (Host("example.com"), {"host": None}, None),
        (Host("{tenant}.example.com"), {"host": "Acme.example.com:80"}, {"tenant": "acme"}),
        (Host("{tenant}.example.com"), {"host": ".example.com"}, None),
        (Host("{n:int}.example.com"), {"host": "12.example.com"}, {"n": 12}),
        (Host("API{n}.example.com"), {"host": "api2.example.com"}, {"n": "2"}),
        (Host("{x:re:a.c}.test"), {"host": "abc.test"}, {"x": "abc"}),
        (Host("[::1]"), {"host": "[::1]"}, {}),
        (Host("[::1]"), {"host": "[::1]:8080"}, {}),
        (Scheme("https"), {"scheme": "https"}, {}),
        (Scheme("https"), {"scheme": "http"}, None),
        (Header("x-version"), {"headers": {"x-version": ""}}, {}),
        (Header("x-version"), {}, None),
        (Header("x-version", "2"), {"headers": {"x-version": "2"}}, {}),
        (Header("x-version", "2"), {"headers": {"x-version": "1"}}, None),
        (Query("q"), {"query": {"q": "x"}}, {}),
        (Query("q", "y"), {"query": {"q": "x"}}, None),
        (WebSocketOnly(), {"headers": {"upgrade": "WebSocket"}}, {}),
        (WebSocketOnly(), {}, None),
        (Predicate(lambda request: request.method == "GET"), {}, {}),
        (Predicate(lambda request: request.method == "PUT"), {}, None),
    ],
    ids=repr,
)
def test_a_condition_holds_or_lets_a_later_candidate_match(request_with, condition, request_parts, captures):
    router = Router()
    router.add("GET", "/x", "conditional", conditions=[condition])
    router.add("GET", "/*rest", "later")
    hit = router.compile().match("GET", "/x", request_with(**request_parts))
    assert type(hit) is Match
    assert hit.route.target == ("later" if captures is None else "conditional")
    assert hit.params == ({"rest": "x"} if captures is None else captures)


def test_without_a_subject_no_condition_holds():
    router = Router()
    router.add("GET", "/x", "conditional", conditions=[Scheme("http")])
    assert router.compile().match("GET", "/x") is None


def test_conditions_of_groups_and_routes_add_up(request_with):
    router = Router()
    with router.group("/admin", conditions=[Scheme("https")]) as admin:
        admin.add("GET", "/{id}", "page", conditions=[Host("{tenant}.example.com")])
    table = router.compile()
    assert table.match("GET", "/admin/7", request_with(host="a.example.com")) is None
    hit = table.match("GET", "/admin/7", request_with(host="a.example.com", scheme="https"))
    assert hit.params == {"id": "7", "tenant": "a"}


def test_a_failing_condition_is_no_other_method(request_with):
    router = Router()
    router.add("POST", "/x", "conditional", conditions=[Scheme("https")])
    assert router.compile().match("GET", "/x", request_with()) is None


@pytest.mark.parametrize("host", ["{rest:path}.example.com", "{a}.{a}.com", "{a.com"])
def test_a_faulty_host_is_refused_at_once(host):
    with pytest.raises(PatternError):
        Host(host)


def test_conditions_are_values():
    assert Header("a", "b") == Header("a", "b") != Query("a", "b")
    assert len({Scheme("http"), Scheme("http"), Host("a"), Host("a")}) == 2
    with pytest.raises(AttributeError):
        Scheme("http").scheme = "https"
