import json
import subprocess
import sys

import pytest
from arlen_cli.output import wanted_color

HEAVY = ("rich", "watchfiles", "anyio", "arlen_mvc", "arlen_http", "jinja2", "tomlkit", "asyncio", "importlib.metadata")


def test_help_lists_the_commands_and_succeeds(arlen):
    for spelling in ("--help", "-h"):
        ran = arlen(spelling)
        assert (ran.status, ran.err) == (0, "")
        for name in ("new", "boomhauer", "dev", "routes", "templates", "--version"):
            assert name in ran.out


@pytest.mark.parametrize(
    "arguments", [["--help"], ["new", "--help"], ["routes", "--help"], ["boomhauer", "--help"], ["templates", "--help"]]
)
def test_help_imports_neither_the_framework_nor_what_only_some_command_needs(arguments):
    program = (
        "import json, sys; from arlen_cli.main import main; sys.stderr.write(str(main(sys.argv[1:])));"
        f"sys.stderr.write(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    ran = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert ran.stderr == "0[]"


def test_the_module_is_the_command():
    ran = subprocess.run([sys.executable, "-m", "arlen_cli", "--help"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("Usage: arlen ")


def test_no_command_prints_the_usage_to_stderr(arlen):
    ran = arlen()
    assert (ran.status, ran.out) == (2, "")
    assert "Usage: arlen" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["rotes"], "unknown_command", "Did you mean 'routes'?"),
        (["frobnicate"], "unknown_command", "No such command 'frobnicate'."),
        (["new"], "missing_app_name", "NAME"),
        (["new", "Shop", "--fulll"], "unknown_option", "--full"),
        (["new", "Shop", "Other"], "wrong_usage", "Other"),
        (["boomhauer", "--port"], "missing_value", "--port"),
        (["boomhauer", "--port", "many"], "invalid_value", "many"),
        (["boomhauer", "--port", "65536"], "invalid_value", "65536"),
    ],
)
def test_wrong_usage_is_told_with_a_hint_as_text_and_as_json(arlen, here, arguments, code, hint):
    ran = arlen(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert hint in ran.err
    assert "Usage: arlen" in ran.err

    ran = arlen("--json", *arguments)
    assert (ran.status, ran.err) == (2, "")
    document = ran.json()
    assert document["version"] == "arlen-cli-contracts-v1"
    assert document["status"] == "error"
    assert document["exit_code"] == 2
    assert document["error"]["code"] == code
    assert document["error"]["message"].startswith("arlen")
    assert set(document["error"]["fixit"]) == {"action", "example"}
    assert list(here.iterdir()) == []


def test_json_is_honoured_behind_the_wrong_argument(arlen, here):
    assert arlen("new", "--bogus", "Shop", "--json").json()["error"]["code"] == "unknown_option"


def test_json_is_one_object_with_sorted_keys_and_a_newline(arlen, here):
    out = arlen("new", "--json").out
    assert out == json.dumps(json.loads(out), indent=2, sort_keys=True) + "\n"


def test_versions_are_those_of_the_installed_family(arlen):
    from importlib.metadata import version

    ran = arlen("--version")
    assert ran.status == 0
    assert f"arlen-cli {version('arlen-cli')}" in ran.out.splitlines()
    document = arlen("--json", "--version").json()
    assert document["packages"]["arlen-http"] == version("arlen-http")


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_the_environment_decides_about_colour(environ, wanted):
    assert wanted_color(environ) is wanted
