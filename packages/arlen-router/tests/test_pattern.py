from datetime import date
from uuid import UUID

import pytest
from arlen_router import Converter, PathError, Pattern, PatternError, RouteBuildError, register_converter
from arlen_router.template import read
from hypothesis import given
from hypothesis import strategies as st

SOME_UUID = "0b5c1f5e-8a53-4c26-a3e9-2c0b9c3d9a11"


@pytest.mark.parametrize(
    ("template", "path", "params"),
    [
        ("/", "/", {}),
        ("/users", "/users", {}),
        ("/users/{id}", "/users/7", {"id": "7"}),
        ("/users/:id", "/users/7", {"id": "7"}),
        ("/users/{id:int}", "/users/-7", {"id": -7}),
        ("/{ratio:float}", "/0.5", {"ratio": 0.5}),
        ("/{key:uuid}", f"/{SOME_UUID}", {"key": UUID(SOME_UUID)}),
        ("/{day:date}", "/2026-02-28", {"day": date(2026, 2, 28)}),
        ("/{title:slug}", "/a-b_C", {"title": "a-b_C"}),
        ("/{year:re:[0-9]{4}}", "/2026", {"year": "2026"}),
        ("/{pair:re:[a-z]/?[a-z]}", "/a%2Fb", {"pair": "a/b"}),
        ("/files/{rest:path}", "/files/a/b.txt", {"rest": "a/b.txt"}),
        ("/files/*rest", "/files/a//b", {"rest": "a//b"}),
        ("/*", "/a/b", {"wildcard": "a/b"}),
        ("/v{major}", "/v2", {"major": "2"}),
        ("/v:major", "/v2", {"major": "2"}),
        ("/{name}.{ext}", "/a.tar.gz", {"name": "a.tar", "ext": "gz"}),
        ("/:name.:ext", "/a.tar.gz", {"name": "a.tar", "ext": "gz"}),
        ("/{id:int}-{title:slug}", "/7-on-slugs", {"id": 7, "title": "on-slugs"}),
        ("/users/{id}:cancel", "/users/7:cancel", {"id": "7"}),
        ("/at/12:30", "/at/12:30", {}),
        ("/café/{x}", "/caf%C3%A9/na%C3%AFve%20one", {"x": "naïve one"}),
        ("/{x}", "/a%2Fb", {"x": "a/b"}),
    ],
)
def test_match_and_build_are_inverse(template, path, params):
    pattern = Pattern.parse(template)
    assert pattern.match(path) == params
    assert pattern.build(**params) == path


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/users", "/Users"),
        ("/users", "/users/7"),
        ("/users/{id}", "/users/"),
        ("/users/{id}/posts", "/users//posts"),
        ("/{id:int}", "/seven"),
        ("/{id:int}", "/٣"),
        ("/{id:int}", "/" + "9" * 5000),
        ("/{ratio:float}", "/1e999"),
        ("/{ratio:float}", "/nan"),
        ("/{key:uuid}", "/" + SOME_UUID.replace("-", "")),
        ("/{day:date}", "/2026-02-30"),
        ("/{title:slug}", "/a.b"),
        ("/a/{any:re:.*}/x", "/a//x"),
        ("/v{major:int}", "/vx"),
        ("/{year:re:[0-9]{4}}", "/2026%0A"),
    ],
)
def test_a_path_that_does_not_fit_is_no_match(template, path):
    assert Pattern.parse(template).match(path) is None


@pytest.mark.parametrize(
    ("template", "code", "column", "param"),
    [
        ("/users/{id}/posts/{id}", "duplicate_param", 19, "id"),
        ("/users/{}", "empty_param", 8, None),
        ("/users/:", "empty_param", 8, None),
        ("/users/{no-name}", "invalid_param", 8, "no-name"),
        ("/users/:id<int>", "invalid_param", 8, "id"),
        ("/{id:itn}", "unknown_converter", 2, "id"),
        ("/{id:re:[}", "invalid_converter", 2, "id"),
        ("/x{id:re:(?P<other>a)}{more:re:(?P<other>b)}", "adjacent_params", 23, "more"),
        ("/x{a:re:(?P<o>a)}-{b:re:(?P<o>b)}", "invalid_converter", 2, None),
        ("/*rest/more", "wildcard_not_last", 2, "rest"),
        ("/{rest:path}/more", "wildcard_not_last", 2, "rest"),
        ("/pre{rest:path}", "wildcard_not_alone", 5, "rest"),
        ("/users/{id", "unbalanced_brace", 8, None),
        ("/users/id}", "unbalanced_brace", 10, None),
        ("/{a}{b}", "adjacent_params", 5, "b"),
        ("/x" * 257, "too_many_segments", 1, None),
    ],
)
def test_a_faulty_template_is_refused_with_code_and_column(template, code, column, param):
    with pytest.raises(PatternError) as caught:
        Pattern.parse(template)
    assert caught.value.code == code
    assert caught.value.details == {"template": template, "column": column, "param": param}


def test_the_message_says_what_where_and_what_to_do():
    with pytest.raises(PatternError) as caught:
        Pattern.parse("/users/{id}/posts/{id}")
    assert str(caught.value) == (
        'duplicate parameter {id} in "/users/{id}/posts/{id}" (column 19); give the second one another name'
    )


def test_an_unknown_converter_is_answered_with_the_nearest_one():
    with pytest.raises(PatternError, match='did you mean "int"'):
        Pattern.parse("/{id:itn}")


@pytest.mark.parametrize(
    ("written", "read"), [("", "/"), ("users", "/users"), ("//users///{id}", "/users/{id}"), ("/users/", "/users/")]
)
def test_templates_get_one_leading_slash_and_lose_doubled_ones(written, read):
    assert Pattern.parse(written).template == read


@pytest.mark.parametrize("segment", ["%", "%4", "%zz", "%ff", "%C3", "a%00b", "%e2%82"])
def test_a_malformed_path_is_an_error_and_not_a_miss(segment):
    with pytest.raises(PathError) as caught:
        Pattern.parse("/{x}").match(f"/{segment}")
    assert caught.value.code == "malformed_path"
    assert caught.value.details == {"segment": segment}


def test_segments_are_decoded_exactly_once():
    assert Pattern.parse("/{x}").match("/%2541") == {"x": "%41"}


@pytest.mark.parametrize(
    ("template", "params", "code"),
    [
        ("/{id:int}", {}, "missing_param"),
        ("/{id:int}", {"id": "seven"}, "refused_param"),
        ("/{id}", {"id": ""}, "refused_param"),
        ("/{day:date}", {"day": "tomorrow"}, "refused_param"),
        ("/{name}.{ext}", {"name": "a", "ext": "tar.gz"}, "refused_param"),
    ],
)
def test_a_path_that_would_not_match_is_not_built(template, params, code):
    with pytest.raises(RouteBuildError) as caught:
        Pattern.parse(template).build(**params)
    assert caught.value.code == code


def test_a_local_converter_wins_over_a_registered_one_and_that_over_a_built_in_one():
    octal = Converter("[0-7]+", lambda text: int(text, 8), "{:o}".format)
    register_converter("octal_or_hex", octal)
    assert Pattern.parse("/{n:octal_or_hex}").match("/17") == {"n": 15}
    hexadecimal = Converter("[0-9a-f]+", lambda text: int(text, 16), "{:x}".format)
    local = Pattern.parse("/{n:octal_or_hex}", {"octal_or_hex": hexadecimal})
    assert local.match("/17") == {"n": 23}
    assert local.build(n=255) == "/ff"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_every_text_survives_a_parameter(text):
    pattern = Pattern.parse("/before/{x}/after")
    assert pattern.match(pattern.build(x=text)) == {"x": text}


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.dates(), st.uuids())
def test_every_value_survives_its_converter(ratio, number, day, key):
    pattern = Pattern.parse("/{ratio:float}/{number:int}/{day:date}/{key:uuid}")
    params = {"ratio": ratio, "number": number, "day": day, "key": key}
    assert pattern.match(pattern.build(**params)) == params


@given(st.text("ab:*{}/<.re\\", max_size=12))
def test_reading_any_template_ends_in_a_pattern_or_in_faults_with_columns(template):
    pattern, faults = read(template, {})
    assert all(1 <= fault.column <= len(template) for fault in faults)
    assert faults or Pattern.parse(pattern.template).shape == pattern.shape
