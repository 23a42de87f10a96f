"""The defaults of settings classes as TOML text."""

import enum
import tomllib
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path

from arlen_config import Config, render_defaults
from hypothesis import given
from hypothesis import strategies as st


class Mode(enum.Enum):
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class Limits:
    max_body_bytes: int = field(
        default=1_048_576, metadata={"doc": "Longest body in bytes;\n\na longer one is answered 413."}
    )


@dataclass(frozen=True, slots=True)
class Mount:
    prefix: str
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    host: str = field(default="127.0.0.1", metadata={"doc": "Address to listen on."})
    limits: Limits = field(default=Limits(5), metadata={"doc": "How large a request may be."})
    mounts: tuple[Mount, ...] = (Mount("/a"), Mount("/b", "b"))
    log_format: str | None = field(default=None, metadata={"choices": ("text", "json"), "doc": "Form of the log."})
    mode: Mode = Mode.FAST
    labels: dict[str, str] = field(default_factory=lambda: {"a b": "c"})
    databases: dict[str, Limits] = field(default_factory=dict)
    tls: Limits | None = None


@dataclass(frozen=True, slots=True)
class Application:
    api_only: bool = False
    name: str = field(kw_only=True)


SECTIONS = {"": (Server, Application), "services.i18n": (Limits,)}


def test_every_setting_stands_under_its_doc():
    assert (
        render_defaults(SECTIONS)
        == """\
# Address to listen on.
host = "127.0.0.1"
mounts = [{ prefix = "/a" }, { prefix = "/b", directory = "b" }]
# Form of the log.
# log_format = <one of text, json>
mode = "fast"
# tls = <a table>
api_only = false
# name = <a string>

# How large a request may be.
[limits]
# Longest body in bytes;
#
# a longer one is answered 413.
max_body_bytes = 5

[labels]
"a b" = "c"

[services.i18n]
# Longest body in bytes;
#
# a longer one is answered 413.
max_body_bytes = 1048576
"""
    )


def test_what_is_rendered_is_read_as_the_defaults_and_claims_every_key(app):
    config = Config.load(app(render_defaults(SECTIONS)), env={}, overrides={"name": "shop"})
    assert config.section("", Server) == Server()
    assert config.section("services.i18n", Limits) == Limits()
    config.verify(SECTIONS)


TEXT = st.text(
    "ab \"\\'\n\r\t\b\x00\x1f\x7f\x85\u2028\ufeffé😀#=[]{}.,"
)  # every kind of character that TOML treats on its own

SCALARS = {
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(),
    str: TEXT,
    Path: st.text('ab./ \\"\n').map(Path),
}


def fields():
    def of(annotation):
        values = SCALARS[annotation]
        return st.one_of(
            st.tuples(st.just(annotation), values),
            st.tuples(st.just(annotation | None), values | st.none()),
            st.tuples(st.just(tuple[annotation, ...]), st.lists(values).map(tuple)),
            st.tuples(st.just(dict[str, annotation]), st.dictionaries(TEXT, values)),
        )

    return st.sampled_from(list(SCALARS)).flatmap(of)


@given(
    st.dictionaries(st.sampled_from(["a", "b_c", "d1", "items"]), fields()),
    st.text('ab \n#[]"='),
)
def test_parsing_what_is_rendered_gives_the_defaults(declared, doc):
    settings = make_dataclass(
        "Settings",
        [
            (name, annotation, field(default_factory=lambda value=value: value, metadata={"doc": doc}))
            for name, (annotation, value) in declared.items()
        ],
        frozen=True,
    )
    values = tomllib.loads(render_defaults({"table": (settings,)}))
    read = Config.from_mapping(values).section("table", settings)
    assert str(read) == str(settings())  # NaN equals nothing, itself included
