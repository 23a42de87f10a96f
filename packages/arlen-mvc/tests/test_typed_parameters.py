"""Markers: where a parameter comes from, what bounds it, and everything that is wrong in one answer."""

import dataclasses
import re
from typing import Annotated, TypedDict

import annotated_types
import msgspec
import pytest
from arlen_mvc import Application, ApplicationError, Cookie, Header, Path, Query, SessionValue, ValidationFailed
from arlen_mvc.binding.constraints import LONGEST_MATCHED, Constraints
from arlen_mvc.operations import Components
from hypothesis import given
from hypothesis import strategies as st

JSON = {"accept": "application/json"}


def app_with(action, path="/"):
    app = Application()
    app.get(path, blocking=False)(action)
    return app


def told(answer):
    assert answer.status == 422
    return [(each["field"], each["code"]) for each in answer.json["details"]]


def test_each_marker_reads_from_its_own_place(ask):
    def action(
        id: Annotated[int, Path()],
        page: Annotated[int, Query(alias="p")],
        user_agent: Annotated[str, Header()],
        x_ids: Annotated[list[int], Header(alias="x-id")],
        theme: Annotated[str, Cookie()],
    ):
        return [id, page, user_agent, x_ids, theme]

    headers = [("user-agent", "curl"), ("x-id", "1"), ("x-id", "2"), ("cookie", "theme=dark")]
    answer = ask(app_with(action, "/{id}"), "GET /7?p=3", headers=headers)
    assert answer.json == [7, 3, "curl", [1, 2], "dark"]


def test_a_marker_may_stand_in_the_place_of_the_default(ask):
    def action(page: int = Query(alias="p", default=1, ge=1), size: int = Query(le=100)):
        return [page, size]

    app = app_with(action)
    assert ask(app, "GET /?size=5").json == [1, 5]
    assert told(ask(app, "GET /?p=0", headers=JSON)) == [("p", "too_small"), ("size", "missing")]


def test_absent_marked_parameters_take_their_defaults_and_optional_ones_none(ask):
    def action(
        a: Annotated[int, Query(default=5)],
        b: Annotated[int | None, Header()],
        c: Annotated[str, Cookie()] = "light",
    ):
        return [a, b, c]

    assert ask(app_with(action), "GET /").json == [5, None, "light"]


BOUNDS = [
    (Annotated[int, Query(ge=1)], "0", "too_small", "ge"),
    (Annotated[int, Query(gt=1)], "1", "too_small", "gt"),
    (Annotated[float, Query(le=1.5)], "2", "too_large", "le"),
    (Annotated[int, Query(lt=3)], "3", "too_large", "lt"),
    (Annotated[int, Query(multiple_of=5)], "7", "not_a_multiple", "multiple_of"),
    (Annotated[str, Query(min_length=3)], "ab", "too_short", "min_length"),
    (Annotated[str, Query(max_length=2)], "abc", "too_long", "max_length"),
    (Annotated[str, Query(pattern="^[a-z]+$")], "AB", "invalid_format", "pattern"),
    (Annotated[list[int], Query(max_length=1)], "1&value=2", "too_long", "max_length"),
    (Annotated[list[int], Query(ge=1)], "0", "too_small", "ge"),
    (Annotated[int, msgspec.Meta(ge=1)], "0", "too_small", "ge"),
    (Annotated[int, annotated_types.Ge(1)], "0", "too_small", "ge"),
]


@pytest.mark.parametrize(("annotation", "text", "code", "constraint"), BOUNDS)
def test_a_value_outside_of_its_bounds_is_refused(ask, annotation, text, code, constraint):
    def action(value: annotation):
        return "reached"

    answer = ask(app_with(action), f"GET /?value={text}", headers=JSON)
    assert told(answer) == [("value", code)]
    assert answer.json["details"][0]["meta"] == {"type": constraint}


def test_a_parameter_of_the_path_is_bounded_too(ask):
    def action(id: Annotated[int, Path(ge=1, le=9)]):
        return id

    for path in ("/{id}", "/{id:int}"):
        assert ask(app_with(action, path), "GET /5").text == "5"
        assert told(ask(app_with(action, path), "GET /12", headers=JSON)) == [("id", "too_large")]


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_a_bound_holds_for_exactly_the_values_within_it(value, bound):
    (at_least,) = Constraints.of([Query(ge=bound)]).of_values
    (below,) = Constraints.of([Query(lt=bound)]).of_values
    assert at_least.holds(value) == (value >= bound)
    assert below.holds(value) == (value < bound)


def test_redos_a_pattern_never_sees_more_than_the_text_it_is_allowed(ask):
    def action(a: Annotated[str, Query(pattern="x*x*$")], b: Annotated[str, Query(pattern="b", max_length=3000)]):
        return "reached"

    app = app_with(action)
    answer = ask(app, f"GET /?a={'x' * LONGEST_MATCHED}&b={'b' * 3000}")
    assert answer.status == 200
    long = f"GET /?a={'x' * (LONGEST_MATCHED + 1)}&b={'b' * 3001}"
    assert told(ask(app, long, headers=JSON)) == [("a", "invalid_format"), ("b", "too_long")]


def test_redos_a_text_beyond_the_cap_costs_no_matching_at_all():
    (rule,) = Constraints.of([Query(pattern="^(a+)+$")]).of_values
    assert not rule.holds("a" * 100_000 + "!")


class Filter(msgspec.Struct, rename="camel"):
    words: list[str] = []
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    archived: bool = False
    maximum: float | None = None


@dataclasses.dataclass
class Window:
    first: int
    last: int = 9


def test_a_model_from_the_query_is_filled_by_its_members(ask):
    def action(filter: Annotated[Filter, Query()], window: Annotated[Window, Query()]):
        return [filter.words, filter.page_size, filter.archived, filter.maximum, window.first, window.last]

    app = app_with(action)
    answer = ask(app, "GET /?words=a&words=b&pageSize=5&archived=on&maximum=1.5&first=2&unknown=1")
    assert answer.json == [["a", "b"], 5, True, 1.5, 2, 9]
    assert ask(app, "GET /?first=1").json == [[], 20, False, None, 1, 9]
    answer = ask(app, "GET /?pageSize=0&maximum=x&archived=maybe", headers=JSON)
    assert told(answer) == [
        ("pageSize", "too_small"),
        ("archived", "invalid_type"),
        ("maximum", "invalid_type"),
        ("first", "missing"),
    ]


class Tracing(TypedDict):
    x_trace: str


def test_a_model_from_the_headers_has_dashes_for_underscores(ask):
    def action(tracing: Annotated[Tracing, Header()]):
        return tracing["x_trace"]

    assert ask(app_with(action), "GET /", headers={"x-trace": "abc"}).text == "abc"


def test_a_value_of_the_session_is_given_by_its_name(ask):
    app = Application({"session": {"enabled": True, "secret": "s" * 43}})

    @app.get("/")
    async def action(ctx, user: Annotated[str, SessionValue(default="nobody")]):
        ctx.session["user"] = "ada"
        return user

    first = ask(app, "GET /")
    assert first.text == "nobody"
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert ask(app, "GET /", headers={"cookie": cookie}).text == "ada"


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (Annotated[int, Path()], "the path has no parameter 'value'"),
        (Annotated[str, Query(pattern="(")], "the pattern of parameter 'value' is malformed"),
        (Annotated[Filter, "documentation"], "nothing fills parameter 'value: Filter'"),
    ],
)
def test_a_marker_that_no_request_could_satisfy_is_a_mistake_at_start(run, annotation, problem):
    def action(value: annotation):
        return None

    with pytest.raises(ApplicationError, match=re.escape(problem)):
        run(app_with(action).start())


def test_validation_failed_lists_the_fields_for_an_error_handler(ask):
    def action(page: int, size: int):
        return None

    app = app_with(action)
    seen = []

    @app.error_handler(ValidationFailed)
    def refuse(ctx, error):
        seen.extend(each.field for each in error.details)
        return "refused"

    assert ask(app, "GET /?page=x").status == 422
    assert seen == ["page", "size"]


def test_a_route_describes_its_parameters():
    def action(
        id: int,
        tags: Annotated[list[str], Query(description="Any of them", max_length=3)],
        token: Annotated[str, Header(alias="X-Token", pattern="^t", deprecated=True)],
        page: Annotated[int, Query(ge=1, example=2)] = 1,
    ):
        return None

    (route,) = app_with(action, "/{id:int}").routes
    operation = route.describe(Components())
    described = {(each.name, each.location): each for each in operation.parameters}
    assert list(described) == [("id", "path"), ("tags", "query"), ("X-Token", "header"), ("page", "query")]
    assert described["id", "path"].schema == {"type": "integer"}
    assert described["id", "path"].required
    tags = described["tags", "query"]
    assert tags.schema == {"type": "array", "items": {"type": "string"}, "maxItems": 3}
    assert (tags.required, tags.description) == (True, "Any of them")
    token = described["X-Token", "header"]
    assert token.schema == {"type": "string", "pattern": "^t"}
    assert token.deprecated
    page = described["page", "query"]
    assert page.schema == {"type": "integer", "minimum": 1, "default": 1, "examples": [2]}
    assert not page.required


def test_a_route_describes_the_members_of_a_model_as_parameters():
    def action(filter: Annotated[Filter, Query()]):
        return None

    (route,) = app_with(action).routes
    described = {each.name: each for each in route.describe(Components()).parameters}
    assert list(described) == ["words", "pageSize", "archived", "maximum"]
    assert described["pageSize"].schema == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert not described["pageSize"].required
