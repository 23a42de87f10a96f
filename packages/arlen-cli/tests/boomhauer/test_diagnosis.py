"""Real modules are written, imported, and their failures diagnosed."""

import asyncio
import importlib
import sys
import textwrap

import pytest
from arlen_cli import ArlenCLIError
from arlen_cli.boomhauer.diagnosis import MAX_MESSAGE, MAX_WARNINGS, diagnose
from arlen_cli.boomhauer.failure import MAX_OUTPUT, Stage
from arlen_cli.discovery import discover
from arlen_config import Config
from arlen_mvc import Application, ApplicationError
from jinja2 import Environment, FileSystemLoader


@pytest.fixture
def failing(tmp_path, monkeypatch):
    """Import ``main`` from these files, and diagnose the error that comes."""

    def diagnosis(**sources):
        for name, source in sources.items():
            path = tmp_path / f"{name.replace('__dot__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "main", raising=False)
        with pytest.raises((Exception, SystemExit)) as caught:
            importlib.import_module("main")
        for name in sources:
            sys.modules.pop(name, None)
        return diagnose(caught.value, Stage.IMPORT, tmp_path)

    return diagnosis


def test_a_syntax_error_is_located_at_its_file_line_and_column(failing, tmp_path):
    failure = failing(main="import broken_part\n", broken_part="x = 1\nprint('a' 'b' c)\n")
    assert failure.stage is Stage.IMPORT
    assert failure.message.startswith("SyntaxError: ")
    assert failure.place.file == str(tmp_path / "broken_part.py")
    assert failure.place.line == 2
    assert failure.place.column is not None
    assert failure.snippet.splitlines()[1].startswith("> 2 | print(")


def test_an_import_error_is_located_at_the_deepest_frame_inside_the_application(failing, tmp_path):
    failure = failing(main="import inner_part\n", inner_part="def read():\n    import no_such_module\nread()\n")
    assert failure.message == "ModuleNotFoundError: No module named 'no_such_module'"
    assert str(failure.place) == f"{tmp_path / 'inner_part.py'}:2:5"
    assert "no_such_module" in failure.output
    assert "importlib" not in failure.output


def test_an_error_inside_a_library_is_located_where_the_application_called_it(failing, tmp_path):
    failure = failing(main="import json\n\njson.loads('{')\n")
    assert str(failure.place) == f"{tmp_path / 'main.py'}:3:1"


def test_libraries_installed_below_the_root_are_not_the_application(failing, tmp_path):
    library = ".venv/lib/site-packages"
    failure = failing(
        main=f"import sys\nsys.path.insert(0, r'{tmp_path / library}')\nimport far_library\n",
        **{f"{library}/far_library": "1 / 0\n"},
    )
    assert str(failure.place) == f"{tmp_path / 'main.py'}:3:1"


def test_a_module_that_ends_the_process_is_a_failure_like_any_other(failing):
    failure = failing(main="raise SystemExit('no database')\n")
    assert failure.message == "SystemExit: no database"
    assert failure.place.line == 1


def test_the_cause_of_an_error_tells_the_place_that_the_error_does_not(tmp_path):
    hook = tmp_path / "hook.py"
    with pytest.raises(RuntimeError) as caught:
        exec(compile("raise RuntimeError('deep')", str(hook), "exec"))
    wrapper = RuntimeError("cannot start")
    wrapper.__cause__ = caught.value
    assert diagnose(wrapper, Stage.STARTUP, tmp_path).place.file == str(hook)


def test_a_template_with_a_syntax_error_is_located_in_the_template(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/index.html").write_text("<h1>\n{% if %}\n</h1>\n")
    with pytest.raises(Exception) as caught:
        Environment(loader=FileSystemLoader(tmp_path / "templates")).get_template("index.html")
    failure = diagnose(caught.value, Stage.STARTUP, tmp_path)
    assert failure.stage is Stage.TEMPLATE_COMPILE
    assert (failure.place.file, failure.place.line) == (str(tmp_path / "templates/index.html"), 2)
    assert "> 2 | {% if %}" in failure.snippet


def test_a_mistake_that_is_found_at_start_is_located_at_the_action(tmp_path):
    source = tmp_path / "app_lite.py"
    source.write_text("async def show(ctx, basket: Basket): ...\n")
    namespace = {"Basket": type("Basket", (), {})}
    exec(compile(source.read_text(), str(source), "exec"), namespace)
    app = Application()
    app.get("/basket")(namespace["show"])
    with pytest.raises(ApplicationError) as caught:
        asyncio.run(app.start())
    failure = diagnose(caught.value, Stage.STARTUP, tmp_path)
    assert failure.stage is Stage.STARTUP
    assert str(failure.place) == f"{source}:1"
    assert failure.snippet.startswith("> 1 | async def show")


def test_what_is_told_has_an_end(tmp_path):
    failure = diagnose(ValueError("x" * 100_000), Stage.STARTUP, tmp_path, ["w"] * 1_000)
    assert len(failure.message) == MAX_MESSAGE
    assert len(failure.output) == MAX_OUTPUT
    assert len(failure.warnings) == MAX_WARNINGS


def test_an_application_that_is_not_where_it_should_be_is_a_failed_discovery(tmp_path):
    with pytest.raises(ArlenCLIError) as caught:
        discover(tmp_path, {})
    failure = diagnose(caught.value, Stage.IMPORT, tmp_path)
    assert failure.stage is Stage.APP_DISCOVERY
    assert "app_lite.py does not exist" in failure.message
    assert failure.place is None


@pytest.mark.parametrize(("error", "message"), [(ValueError(), "ValueError"), (KeyError("x"), "KeyError: 'x'")])
def test_a_message_names_the_kind_of_error(tmp_path, error, message):
    error.add_note("a note is not the message")
    assert diagnose(error, Stage.STARTUP, tmp_path).message == message


def test_broken_configuration_is_located_in_its_file(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/app.toml").write_text("port = 3000\nhost = \n")
    with pytest.raises(Exception) as caught:
        Config.load(tmp_path, environment="development", env={})
    failure = diagnose(caught.value, Stage.IMPORT, tmp_path)
    assert failure.stage is Stage.CONFIG
    assert (failure.place.file, failure.place.line) == (str(tmp_path / "config/app.toml"), 2)
