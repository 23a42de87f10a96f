"""Flattened templates give what plain Jinja2 gives: the same text, or the same error at the same file and line."""

import itertools
import re
from pathlib import Path

import jinja2
import pytest
from arlen_mvc.templates import Templates
from arlen_mvc.templates.environment import FlatteningEnvironment, KeyPathEnvironment, make_environment
from arlen_mvc.templates.output import escaped_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

ROOT = Path("/templates")


def environment(files, flattened, **options):
    made = make_environment(ROOT, reload=not flattened)
    made.loader = jinja2.FunctionLoader(
        lambda name: (files[name], str(ROOT / name), lambda: True) if name in files else None
    )
    made.filters["seen"] = seen
    made.globals.update(seen=seen, shout=str.upper, **options)
    return made


@jinja2.pass_context
def seen(context, *names):
    """What a function that asks for the context finds in it."""
    return [(name, str(context.get(name, "-"))) for name in names] + [context.name, sorted(context.blocks)]


def outcome(files, flattened, values):
    made = environment(files, flattened)
    try:
        return re.sub("0x[0-9a-f]+", "0x", made.get_template("page.html").render(values))
    except RecursionError:
        return "endless"
    except (ArithmeticError, AttributeError, LookupError, TypeError, jinja2.TemplateError) as error:
        places, traceback = [], error.__traceback__
        while traceback is not None:
            places.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
            traceback = traceback.tb_next
        inside = [(file, line) for file, line in places if file.startswith(str(ROOT))]
        return type(error), str(error), inside[-1:]


VALUES = {"a": "<A>", "xs": ["<1>", "2"], "empty": [], "zero": 0, "d": {"k": "v&"}}


def is_flattened(files, name="page.html"):
    made = environment(files, True)
    return bool(made.get_template(name).root_render_func.__globals__.get("inclusions"))


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ("{% include 'part' %}", "{{ a }}{{ missing }}{{ missing.deep }}{{ nil }}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}{{ a }}", "{{ a }}"),
        ("{% for a in xs %}{% include 'part' %}{{ loop.index }}{% endfor %}", "{{ loop.index }}{{ loop.last }}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{{ loop }}"),
        ("{% include 'part' %}{{ a }}{{ b }}", "{% set a = 1 %}{% set b = 2 %}{{ a }}{{ b }}"),
        ("{% for i in xs %}{% include 'part' %}{% set a = 1 %}{{ a }}{% endfor %}", "{{ a }}"),
        ("{% for i in xs %}{% if i == '2' %}{% set a = 1 %}{% endif %}{% include 'part' %}{% endfor %}", "{{ a }}"),
        ("{% set a = 1 %}{% include 'part' %}", "{{ a }}{% if a %}{% set a = 2 %}{% endif %}{{ a }}"),
        ("{% set a = 1 %}{% include 'part' %}", "{% for i in xs %}{{ a }}{% endfor %}{% set a = 2 %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% for i in xs %}{{ a }}{% set a = 2 %}{% endfor %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% for i in xs %}{% for a in xs if a %}{{ a }}{{ i }}"
         "{% endfor %}{{ a }}{% else %}{{ a }}{% endfor %}"),
        ("{% with a = 'w' %}{% include 'part' %}{% endwith %}", "{{ a }}{% with b = a %}{{ b }}{% endwith %}"),
        ("{% set b %}{% include 'part' %}{% endset %}{{ b }}", "{{ a }}{% set c %}<{{ a }}{% endset %}{{ c }}"),
        ("{% filter upper %}{% include 'part' %}{% endfilter %}", "{{ a }}x{% filter lower %}XY{% endfilter %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{{ seen('a', 'i', 'loop') }}{{ shout(a) }}"),
        ("{% for a in xs %}{% set i = a %}{% include 'part' %}{{ seen('a', 'i') }}{% endfor %}",
         "{% for j in xs %}{% set b = j %}{{ seen('a', 'b', 'i', 'j') }}{% endfor %}{{ seen('b') }}"),
        ("{% for a in xs %}{% set i = a %}{% include 'part' %}{{ seen('i') }}{% endfor %}",
         "{% for j in xs %}{% set q = 1 %}{% endfor %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% set b = a %}{% include 'inner' %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% set b = a %}{% include d.name %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% if zero %}{% set a = 1 %}{% endif %}"
         "{% include ['gone', 'inner'] %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% import 'macros' as m with context %}{{ m.show() }}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% from 'macros' import say %}{{ say(a) }}"),
        ("{% include 'part' ignore missing %}{% include 'gone' ignore missing %}", "{{ a }}"),
        ("{% include 'part' without context %}", "{{ a }}{{ shout('x') }}"),
        ("{% block x %}{% set a = 1 %}{% include 'part' %}{% endblock %}{{ self.x() }}", "{{ a }}{{ seen('a') }}"),
        ("{% for i in xs %}{% block x scoped %}{% include 'part' %}{% endblock %}{% endfor %}", "{{ i }}"),
        ("{% macro m(a) %}{{ a|lower }}{% include 'part' %}{% endmacro %}{{ m('Q') }}", "{{ a|lower }}"),
        ("{% set ns = namespace(n=0) %}{% include 'part' %}{{ ns.n }}", "{% set ns.n = 3 %}{{ ns.n }}"),
        ("{% include 'part' %}|{% include 'part' %}", "{% set a = [a] %}{{ a }}{{ d|tojson }}{{ xs|join(',') }}"),
        ("{% autoescape false %}{% include 'part' %}{% endautoescape %}", "{{ a }}{% set b %}<{% endset %}{{ b }}"),
        ("{% autoescape false %}{% block x %}{% include 'part' %}{% endblock %}{% endautoescape %}",
         "{{ a }}{% set b %}<{% endset %}{{ b|replace('<', '<<') }}"),
        ("{{ a }}\n{% include 'part' %}", "\n{{ 1 // zero }}"),
        ("{{ a }}\n{% include 'part' %}\n\n{{ 1 // zero }}", "\n\n\n{{ a }}"),
        ("\n{% include 'part' %}", "\n{% include 'inner' %}\n{{ 1 // zero }}"),
        ("\n{% include 'part' %}", "\n{% include 'gone' %}"),
        ("\n{% include 'part' %}", "\n\n{% if a %}{{ ('x' if zero) + 1 }}{% endif %}"),
        ("\n{% include 'part' %}", "\n{% include 'broken' %}"),
        ("{% for a in xs %}{% include 'part' %}{% endfor %}", "{% include 'inner' %}{% set a = 1 %}{{ a }}"),
        ("{% autoescape zero %}{{ a }}{% include 'part' %}{% endautoescape %}{{ a }}", "{{ a }}"),
        ("{% extends 'unescaped' %}{% block x %}{% include 'part' %}{% endblock %}",
         "{{ a }}{% set b %}<{% endset %}{{ b }}{{ [a]|join }}"),
        ("{% if a %}{% include 'part' %}{% else %}{% include 'inner' %}{% endif %}", "{{ a }}"),
    ],
)  # fmt: skip
def test_an_include_gives_what_it_gives_in_plain_jinja(page, part):
    files = {
        "page.html": page,
        "part.html": part,
        "broken.html": "\n\n\n{{ 1 // zero }}",
        "unescaped.html": "{% autoescape false %}{% block x %}{% endblock %}{% endautoescape %}",
        "inner.html": "\n{{ a }}{{ b }}{{ seen('a', 'b') }}{% for a in xs %}{{ a }}{% endfor %}",
        "macros.html": "{% macro say(x) %}<{{ x }}>{% endmacro %}"
        "{% macro show() %}{{ a }}{{ seen('a') }}{% endmacro %}",
    }
    values = VALUES | {"nil": None, "d": {"name": "inner.html"}}
    assert outcome(files, True, values) == outcome(files, False, values)


@pytest.mark.parametrize(
    ("files", "flattened"),
    [
        ({"page.html": "{% include 'part' %}"}, True),
        ({"page.html": "{% include 'part' ignore missing %}"}, True),
        ({"page.html": "{% extends 'base' %}{% block x %}{% include 'part' %}{% endblock %}"}, True),
        ({"page.html": "{% include 'part' without context %}"}, False),
        ({"page.html": "{% include ['part', 'gone'] %}"}, False),
        ({"page.html": "{% include 'pa' ~ name %}"}, False),
        ({"page.html": "{% include 'gone' %}"}, False),
        ({"page.html": "{% include 'page' %}"}, False),
        ({"page.html": "{% include 'note.txt' %}", "note.txt": "{{ a }}"}, False),
        ({"page.html": "{% autoescape false %}{% include 'part' %}{% endautoescape %}"}, False),
        ({"page.html": "{% macro m() %}{% include 'part' %}{% endmacro %}"}, False),
        ({"page.html": "{% for x in xs recursive %}{% include 'part' %}{% endfor %}"}, False),
        *(
            ({"page.html": "{% include 'part' %}", "part.html": part}, False)
            for part in [
                "{% extends 'base' %}",
                "{% block x %}{% endblock %}",
                "{% macro m() %}{% endmacro %}",
                "{% call seen() %}{% endcall %}",
                "{% autoescape true %}{% endautoescape %}",
                "{% for x in xs recursive %}{% endfor %}",
                "{{ self }}",
                "{{ a|seen }}",
                "{{ a|unknown }}",
                "{% if %}",
            ]
        ),
    ],
)
def test_what_is_flattened(files, flattened):
    files = {"base.html": "{% block x %}{% endblock %}", "part.html": "{{ a }}"} | files
    assert outcome(files, True, VALUES) == outcome(files, False, VALUES)
    assert is_flattened(files) is flattened


def test_a_partial_that_includes_itself_ends_where_it_ends_in_plain_jinja():
    files = {
        "page.html": "{% include 'tree' %}",
        "tree.html": "<{{ node.name }}{% if node.next %}{% set node = node.next %}{% include 'tree' %}{% endif %}>",
    }
    values = {"node": {"name": 1, "next": {"name": 2, "next": {"name": 3}}}}
    assert outcome(files, True, values) == outcome(files, False, values) == "<1<2<3>>>"


def test_too_deep_for_python_stays_plain():
    depth = 9
    files = {
        f"p{n}.html": f"{{% for x in xs[:1] %}}{{% for y in xs[:1] %}}{{% for z in xs[:1] %}}"
        f"{{% include 'p{n + 1}' %}}{{% endfor %}}{{% endfor %}}{{% endfor %}}"
        for n in range(depth)
    }
    files |= {f"p{depth}.html": "{{ x }}", "page.html": "{% include 'p0' %}"}
    assert outcome(files, True, VALUES) == outcome(files, False, VALUES) == "&lt;1&gt;"
    assert not is_flattened(files)


def test_many_includes_stay_within_bounds():
    files = {f"p{n}.html": f"{{% include 'p{n + 1}' %}}{{% include 'p{n + 1}' %}}" for n in range(9)}
    files |= {"p9.html": "x", "page.html": "{% include 'p0' %}"}
    assert outcome(files, True, {}) == "x" * 2**9
    assert len(environment(files, True).get_template("page.html").root_render_func.__globals__["inclusions"]) == 64


def test_an_error_tells_the_partial_s_file_although_the_page_was_included_dynamically():
    files = {
        "page.html": "\n{% include name %}",
        "middle.html": "\n\n{% include 'part' %}",
        "part.html": "\n\n\n{{ 1 // 0 }}",
    }
    values = {"name": "middle"}
    assert outcome(files, True, values)[2] == [(str(ROOT / "part.html"), 4)]
    assert outcome(files, True, values) == outcome(files, False, values)


@pytest.mark.parametrize("reload", [True, False])
def test_the_application_s_error_names_the_partial_s_file(write, reload):
    root = write({"page.html": "\n{% include 'part' %}", "part.html": "\n\n{{ 1 // 0 }}"})
    templates = Templates(root, reload=reload)
    try:
        templates.environment.get_template("page.html").render()
    except ZeroDivisionError as error:
        found = templates.explain(error, "page.html")
    assert (found.details["path"], found.details["line"]) == (str(root / "part.html"), 3)


VALUE = st.one_of(
    st.text("<>&'\"aé"), st.integers(), st.booleans(), st.floats(), st.none(), st.builds(Markup, st.text())
)


@given(VALUE | st.lists(VALUE))
def test_output_is_what_escape_makes_of_it(value):
    assert escaped_text(value) == str(escape("" if value is None else value))


def test_development_is_plain_jinja(tmp_path):
    assert type(make_environment(tmp_path, reload=True)) is KeyPathEnvironment
    assert type(make_environment(tmp_path, reload=False)) is FlatteningEnvironment


def test_a_template_with_globals_of_its_own_sees_them():
    for flattened in (True, False):
        made = environment({"page.html": "{{ own }}{{ shout('a') }}{{ common }}"}, flattened, common="C")
        assert made.get_template("page.html", globals={"own": "O", "common": "c"}).render() == "OAc"
        assert made.get_template("page.html").render(common="V") == "OAV"


NAMES = st.sampled_from(["a", "b", "c", "xs", "i", "loop", "zero"])
LOADS = st.builds(
    str.format,
    st.sampled_from(
        [
            *("{{{{ {0} }}}}", "{{{{ {0}|upper }}}}", "{{{{ seen('{0}', 'b') }}}}", "{{{{ shout('q') ~ {0} }}}}"),
            *("\n", "text ", "{{{{ '<' ~ {0} }}}}", "{{{{ [{0}]|join }}}}", "{{{{ {0} is defined }}}}"),
        ]
    ),
    NAMES,
)
STORES = st.builds(
    str.format, st.sampled_from(["{{% set {0} = {1} %}}", "{{% set {0} = 'n' %}}"]), st.sampled_from("abc"), NAMES
)
RARE = st.sampled_from(["{{ super() }}", "{{ 1 // zero }}", "{{ self.x0() }}", "{{ unknown(a) }}", "{{ a|seen }}"])
WRAPPED = [
    *("{{% if {0} %}}{2}{{% else %}}{3}{{% endif %}}", "{{% if {0} is defined %}}{2}{{% endif %}}\n"),
    *("{{% for {1} in xs %}}{2}{{% else %}}{3}{{% endfor %}}", "{{% for i in xs %}}{2}\n{3}{{% endfor %}}"),
    *("{{% for {1} in xs if {1} != {0} %}}{2}{{% endfor %}}", "{{% with {1} = {0} %}}{2}{{% endwith %}}"),
    *("{{% set {1} %}}{2}{{% endset %}}{3}", "{{% filter lower %}}{2}{{% endfilter %}}"),
]
WRAPPED_RARELY = [
    *("{{% macro m({1}) %}}{2}{{% endmacro %}}{{{{ m({0}) }}}}", "{{% autoescape false %}}{2}{{% endautoescape %}}"),
    *("{{% block @ %}}{2}{{% endblock %}}", "{{% block @ scoped %}}{2}{{% endblock %}}"),
    "{{% for i in xs recursive %}}{2}{{% endfor %}}",
]


def bodies(parts, rare):
    names = st.sampled_from(parts) if parts else st.just("gone")
    includes = st.builds(
        str.format,
        st.sampled_from(["{{% include '{0}' %}}"] * 6 + ["{{% include '{0}' ignore missing %}}"])
        if parts
        else st.just("{{% include '{0}' ignore missing %}}"),
        names,
    )
    others = st.builds(
        str.format, st.sampled_from(["{{% include '{0}' without context %}}", "{{% include ['gone', '{0}'] %}}"]), names
    )
    odd = [RARE, others] if rare and parts else []
    leaves = st.one_of(LOADS, STORES, includes, includes, *odd)
    templates = st.sampled_from(WRAPPED + (WRAPPED_RARELY if rare else []))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(str.__add__, inner, inner),
            st.builds(str.format, templates, NAMES, st.sampled_from("abc"), inner, inner),
        ),
        max_leaves=8,
    )


@st.composite
def families(draw):
    rare = draw(st.booleans())
    files = {"note.txt": draw(bodies([], False))}
    parts = ["note.txt"]
    for name in ("p2", "p1", "p0"):
        files[f"{name}.html"] = numbered(draw(bodies(parts, rare)))
        parts.append(name)
    if draw(st.booleans()):
        files["layout.html"] = numbered(
            draw(bodies(parts, True)) + "{% block @ %}{{ a }}{% endblock %}" + draw(bodies(parts, True))
        )
        page = "{% extends 'layout' %}" + draw(bodies(parts, rare)) + "{% block @ %}" + draw(bodies(parts, True))
        files["page.html"] = numbered(page + "{% endblock %}")
    else:
        files["page.html"] = numbered(draw(bodies(parts, rare)) + draw(bodies(parts, rare)))
    return files


def numbered(text):
    pieces = text.split("@")
    return "".join(
        piece + suffix
        for piece, suffix in itertools.zip_longest(pieces, (f"x{n}" for n in range(len(pieces) - 1)), fillvalue="")
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(families())
def test_every_family_of_templates_renders_as_in_plain_jinja(files):
    assert outcome(files, True, VALUES) == outcome(files, False, VALUES)
