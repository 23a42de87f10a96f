"""Files that are not TOML, and the lines of those that are."""

import tomllib

import pytest
from arlen_config import Config, ConfigError
from arlen_config.document import Document
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("port = \n", 1, 8),
        ("port = 1\nport = 2\n", 2, 9),
        ('a = 1\n\nb = "x', 3, 7),
        ("a = [1,\n2", 2, 2),
    ],
)
def test_a_file_that_is_not_toml_is_refused_with_its_place(app, text, line, column):
    with pytest.raises(ConfigError) as caught:
        Config.load(app(text), env={})
    error = caught.value
    assert (error.code, error.path, error.line, error.column) == ("invalid_toml", "config/app.toml", line, column)
    assert str(error).startswith(f"config/app.toml:{line}:{column}: ")
    assert "(at " not in str(error)


def test_a_file_that_is_not_utf8_is_refused(app):
    root = app()
    (root / "config/app.toml").write_bytes(b"a = '\xe4'")
    with pytest.raises(ConfigError, match=r"config/app\.toml is not UTF-8 \(byte 5\)") as caught:
        Config.load(root, env={})
    assert caught.value.code == "unreadable_file"


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "config/app.toml").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"config/app\.toml cannot be read: .+") as caught:
        Config.load(tmp_path, env={})
    assert caught.value.code == "unreadable_file"


TEXT = '''\
# a comment
title = "x"

many = [
    1,  # port = 3
    2,
]
long = """
port = 9
[not.a.table]
"""
"quoted key" = 1
a.b.c = 1
point = { x = 1, y = { z = 2 } }
[server]
port = 1
[[mounts]]
prefix = "a"
[mounts.options]
deep = 1
[[mounts]]
prefix = "b"
[mounts.options]
deep = 2
[["mounts".parts]]
n = 1
[[mounts.parts]]
n = 2
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 2),
        (("many",), 4),
        (("long",), 8),
        (("quoted key",), 12),
        (("a",), 13),
        (("a", "b", "c"), 13),
        (("point", "y", "z"), 14),
        (("server",), 15),
        (("server", "port"), 16),
        (("server", "missing"), 15),
        (("mounts",), 17),
        (("mounts", 0, "prefix"), 18),
        (("mounts", 0, "options", "deep"), 20),
        (("mounts", 1), 21),
        (("mounts", 1, "options"), 23),
        (("mounts", 1, "options", "deep"), 24),
        (("mounts", 1, "parts", 1, "n"), 28),
        (("port",), None),
        (("not",), None),
    ],
)
def test_every_key_has_a_line(tmp_path, key, line):
    (tmp_path / "a.toml").write_text(TEXT)
    assert Document(tmp_path / "a.toml", "a.toml").line_of(key) == line


VALUES = ["1", '"x # y"', "[\n  1,\n  2\n]", '"""\nport = 1\n[t]\n"""', "'''\n\n'''", "{ x = [1,\n2] }", "1979-05-27"]


@given(st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(["", "\n", "# x = 1\n", "[table{}]\n"]))))
def test_a_key_stands_where_its_statement_begins(tmp_path_factory, statements):
    text, expected, table = "", {}, ()
    for number, (value, before) in enumerate(statements):
        table = (f"table{number}",) if "table" in before else table
        text += before.format(number)
        expected[*table, f"key{number}"] = text.count("\n") + 1
        text += f"key{number} = {value}\n"
    path = tmp_path_factory.mktemp("document") / "a.toml"
    path.write_text(text)
    document = Document(path, "a.toml")
    assert document.values == tomllib.loads(text)
    assert {key: document.line_of(key) for key in expected} == expected
