"""Templates compiled ahead: the same bytes from the same sources, used while they are current, and otherwise not."""

import json
import os
import subprocess
import sys

import pytest
from arlen_mvc import Application
from arlen_mvc.templates import Templates, compiled
from arlen_mvc.templates.precompilation import compile_templates

FILES = {
    "templates/page.html": '{% extends "layouts/main" %}{% block b %}{% include "part" %}{{ n|round }}{% endblock %}',
    "templates/layouts/main.html": "<main>{% block b %}{% endblock %}</main>",
    "templates/part.html": "\n{% for x in xs %}{% set y = x %}{{ x }}{{ y }}{{ w }}{% endfor %}{{ 1 // n }}",
}


def compile_all(root):
    templates = Templates(root / "templates", reload=False)
    return compile_templates(templates.environment, templates.root, root / "build")


@pytest.fixture
def loaded(monkeypatch):
    """The templates that were taken from bytecode so far."""
    names = []
    original = compiled.load_code
    monkeypatch.setattr(compiled, "load_code", lambda data, root: names.append(root) or original(data, root))
    return names


def answer(ask, root, n=1, config=None):
    config = {"environment": "production", "templates": {"compiled": "build", **(config or {})}}
    app = Application(config, root=root)
    app.get("/", blocking=False)(lambda ctx: ctx.render("page", xs="<a", n=n))
    app.error_handler(500)(lambda ctx, error: error.details)
    return ask(app, "GET /")


EXPECTED = "<main>\n&lt;&lt;aa11</main>"


def test_compiled_templates_give_what_their_sources_give(ask, write, loaded):
    root = write(FILES)
    from_source = answer(ask, root).text
    assert loaded == []
    result = compile_all(root)
    assert result.compiled == ("layouts/main.html", "page.html", "part.html")
    assert answer(ask, root).text == from_source == EXPECTED
    assert len(loaded) == 3


def test_errors_in_compiled_templates_name_the_file_where_it_is_now(ask, write, loaded, tmp_path):
    root = write(FILES)
    compile_all(root)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("templates", "build"):
        (root / name).rename(moved / name)
    details = answer(ask, moved, n=0).json
    assert (details["path"], details["line"]) == (str(moved / "templates/part.html"), 2)
    assert len(loaded) == 3


@pytest.mark.parametrize(
    ("spoil", "used"),
    [
        (lambda root: (root / "templates/part.html").write_text("changed"), 1),
        (lambda root: (root / "templates/layouts/main.html").write_text("<p>"), 2),
        (lambda root: (root / "build/manifest.json").unlink(), 0),
        (lambda root: (root / "build/manifest.json").write_text("[]"), 0),
        (lambda root: (root / "build/manifest.json").write_text("{"), 0),
        (lambda root: [file.write_bytes(b"spoiled") for file in (root / "build").glob("*.bin")], 0),
        (lambda root: [file.unlink() for file in (root / "build").glob("*.bin")], 0),
    ],
)
def test_what_is_stale_missing_or_damaged_falls_back_to_the_source(ask, write, monkeypatch, spoil, used):
    root = write(FILES)
    compile_all(root)
    spoil(root)
    codes = []
    original = compiled.load_code
    monkeypatch.setattr(compiled, "load_code", lambda data, root: codes.append(original(data, root)) or codes[-1])
    text = answer(ask, root).text
    assert text == answer(ask, root, config={"compiled": ""}).text
    assert len(codes) == used


def test_what_another_set_of_filters_or_strictness_compiled_is_left_aside(ask, write, loaded):
    root = write(FILES)
    compile_all(root)
    answer(ask, root, config={"strict_locals": True})
    answer(ask, root, config={"strict_stringify": True})
    answer(ask, root, config={"sandboxed": True})
    assert loaded == []


def test_the_same_sources_give_the_same_bytes_in_every_process_and_directory(write, tmp_path):
    write(FILES)
    outputs = []
    for seed in ("1", "2"):
        output = tmp_path / f"build{seed}"
        env = {**os.environ, "PYTHONHASHSEED": seed}
        argv = [sys.executable, "-m", "arlen_mvc", "templates", "compile", "--output-dir", str(output)]
        done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout == f"templates: compiled 3 templates to {output}\n"
        outputs.append({file.name: file.read_bytes() for file in output.iterdir()})
        (tmp_path / "templates").rename(tmp_path / "elsewhere")
        (tmp_path / "elsewhere").rename(tmp_path / "templates")
    assert outputs[0] == outputs[1]
    manifest = json.loads(outputs[0]["manifest.json"])
    assert manifest["templates"]["page.html"]["sources"].keys() == {"page.html", "part.html"}


def test_a_template_with_an_error_keeps_everything_from_being_written(write, monkeypatch, capsys):
    from arlen_mvc.__main__ import main

    root = write({**FILES, "templates/bad.html": "{% if %}"})
    monkeypatch.chdir(root)
    assert main(["templates", "compile", "--output-dir", "build"]) == 1
    assert "templates: error path=bad.html line=1 column=4 code=syntax_error" in capsys.readouterr().err
    assert not (root / "build").exists()


def test_compiling_again_forgets_templates_that_are_gone(write):
    root = write(FILES)
    compile_all(root)
    (root / "templates/page.html").unlink()
    compile_all(root)
    assert len(list((root / "build").glob("*.bin"))) == 2


def test_development_reads_the_sources(ask, write, loaded):
    root = write(FILES)
    compile_all(root)
    app = Application({"templates": {"compiled": "build"}}, root=root)
    app.get("/", blocking=False)(lambda ctx: ctx.render("page", xs="<a", n=1))
    assert ask(app, "GET /").text == EXPECTED
    assert loaded == []
