from itertools import groupby

import pytest
from arlen_data import expr, select_from
from arlen_data.sql.lexer import scan

UNTOUCHED = [
    "'cost $1'",
    "'it''s $1'",
    r"'back\' || $1 || 'x'",
    r"E'it\'s $1'",
    r"e'\\' || $1 || E'$1'",
    '"na""me $1"',
    "$$ $1 ' $$",
    "$tag$ $1 $$ $other$ $tag$",
    "/* $1 /* nested $1 */ $1 */",
    "-- $1 '",
    "name$1",
    "été$1",
    "a -> '$1' - /*$1*/ 1",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_placeholders_count_in_code_only(text):
    found = [lexeme.text for lexeme in scan(text) if lexeme.kind == "placeholder"]
    assert found == ["$1"] * text.count("|| $1 ||")


@pytest.mark.parametrize("text", [text for text in UNTOUCHED if "|| $1" not in text and not text.startswith("--")])
def test_what_is_not_code_is_not_renumbered(text):
    query = select_from("t", expr("$1 + $1", 7)).where(expr(f"{text} = $1", 8))
    assert query.as_dict() == {
        "sql": f'SELECT $1 + $1 FROM "t" WHERE ({text} = $2)',
        "parameters": (7, 8),
    }


def test_a_comment_at_the_end_swallows_nothing():
    query = select_from("t").select_expr(expr("a -- the first")).where(expr("b -- ( '")).limit(1)
    assert query.sql() == 'SELECT *, a -- the first\n FROM "t" WHERE (b -- ( \'\n) LIMIT 1'


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a.b::int", ["word", "code", "word", "code", "word"]),
        ("1.5e3+$12", ["code", "placeholder"]),
        ("x ? 'k' AND y ?| z", ["word", "code", "literal", "word", "code", "word"]),
        ("{{a}} || {b}", ["token", "code", "word", "code"]),
        ("a ?1", ["word", "numbered"]),
        ("'open", ["unterminated"]),
        ('a "open', ["word", "unterminated"]),
        ("/* open /* */", ["unterminated"]),
        ("$x$ open", ["unterminated"]),
        ("-- ends with the line\n$1", ["comment", "placeholder"]),
    ],
)
def test_text_is_cut_into_kinds(text, kinds):
    found = [lexeme.kind for lexeme in scan(text) if lexeme.text.strip()]
    assert [kind for kind, _ in groupby(found)] == kinds
