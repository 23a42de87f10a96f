"""The guides say what is so: their programs run, their links lead somewhere, their settings and options exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs").glob("*.md"))
READMES = sorted((ROOT / "packages").glob("*/README.md"))
PAGES = [*GUIDES, *READMES, ROOT / "CONTRIBUTING.md"]
TUTORIAL = ROOT / "docs" / "getting-started.md"

SETTINGS_MODULES = ("arlen_http", "arlen_mvc", "arlen_data", "arlen_services", "arlen_realtime", "arlen_propane")
READ_WITHOUT_A_SETTING = {
    "ARLEN_APP",
    "ARLEN_APP_ROOT",
    "ARLEN_CONFIG_STRICT",
    "ARLEN_ENV",
    "ARLEN_PG_TEST_DSN",
    "ARLEN_PG_TEST_PROGRAMS",
    "ARLEN_REDIS_TEST_URL",
}
SCRIPTS = ("arlen", "boomhauer", "propane", "python -m arlen_http")


class Block(NamedTuple):
    """A fenced block: its language, what else its first line says (a file to write, or ``no-run``), and its text."""

    language: str
    note: str
    text: str

    @property
    def prints(self) -> list[str]:
        return re.findall(r"^\s*# prints: (.*)$", self.text, re.MULTILINE)

    @property
    def commands(self) -> list[tuple[str, str]]:
        """The commands of a console block, each with what it is shown to print; other blocks have none."""
        if self.language != "console":
            return []
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        return [(command.partition(" #")[0].strip(), shown) for command, _, shown in (p.partition("\n") for p in parts)]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    for opening, text in re.findall(r"^```(\S.*)\n((?s:.*?))^```$", page.read_text("utf-8"), re.MULTILINE):
        language, _, note = opening.partition(" ")
        yield Block(language, note, text)


def write(block: Block, root: Path) -> None:
    file = root / block.note
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, "utf-8")


def program_pages() -> list[Path]:
    return [page for page in (*GUIDES, *READMES) if any(block.language == "python" for block in blocks(page))]


@pytest.mark.parametrize("page", [page for page in program_pages() if page != TUTORIAL], ids=name_of)
def test_the_programs_of_a_page_run_and_print_what_they_say(page, tmp_path, monkeypatch, capsys, request):
    if 'environ["DATABASE_URL"]' in page.read_text("utf-8"):
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("arlen_postgres").dsn)
    module = ModuleType("arlen_docs_page")
    module.__file__ = str(tmp_path / "page.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.chdir(tmp_path)
    promised = []
    for block in blocks(page):
        if block.note == "no-run":
            continue
        if block.note:
            write(block, tmp_path)
        if block.language == "python":
            exec(compile(block.text, name_of(page), "exec", dont_inherit=True), vars(module))
            promised += block.prints
    printed = capsys.readouterr().out.splitlines()
    assert printed == promised or not promised


def tutorials() -> list[list[Block]]:
    """The blocks of the tutorial, one list for each application that it creates."""
    parts: list[list[Block]] = []
    for block in blocks(TUTORIAL):
        if "$ arlen new" in block.text:
            parts.append([])
        if parts:
            parts[-1].append(block)
    return parts


@pytest.mark.parametrize("tutorial", tutorials(), ids=lambda part: part[0].commands[0][0])
def test_a_tutorial_works_as_it_is_written(tutorial, tmp_path, script):
    here, path = tmp_path, os.pathsep.join([str(Path(script("arlen")).parent), os.environ["PATH"]])
    for block in tutorial:
        if block.note:
            write(block, here)
        for command, shown in block.commands:
            match shlex.split(command):
                case ["cd", directory]:
                    here = here / directory
                case ["arlen", "new" | "routes", *_] | ["pytest", *_]:
                    assert shown in (run(command, here, path), "")


def run(command: str, directory: Path, path: str) -> str:
    """What a command prints; it has to succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ARLEN", "PYTEST"))}
    done = subprocess.run(
        shlex.split(command), cwd=directory, env={**kept, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_a_file_and_a_heading(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target}: there is no {file}"
        assert not anchor or anchor in anchors(file), f"{target}: {file.name} has no such heading"


@cache
def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


SETTINGS = re.compile(r"^<!-- settings (\S+):(\S+) -->\n((?:\n?\|.*\n)*)", re.MULTILINE)


def settings_tables() -> list[tuple[str, str, str]]:
    return [(module, cls, table) for page in GUIDES for module, cls, table in SETTINGS.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize(("module", "cls", "table"), settings_tables(), ids=[cls for _, cls, _ in settings_tables()])
def test_a_settings_table_says_what_the_dataclass_says(module, cls, table):
    wanted = rendered(getattr(import_module(module), cls))
    assert table.strip() == wanted, f"the table below the marker has to be\n\n{wanted}"


def rendered(settings: type) -> str:
    rows = [row(each) for each in fields(settings) if not is_dataclass(each.default_factory)]
    return "\n".join(["| key | default | variable | meaning |", "|---|---|---|---|", *rows])


def row(setting: Field[object]) -> str:
    meaning = setting.metadata["doc"].rstrip(".")
    variables = ", ".join(f"`{name}`" for name in variables_of(setting))
    return f"| `{setting.name}` | {default_of(setting)} | {variables} | {meaning[0].upper()}{meaning[1:]} |"


def default_of(setting: Field[object]) -> str:
    match setting.default:
        case value if value is MISSING:
            return "required"
        case None | "" | ():
            return "not set"
        case bool() as value:
            return f"`{str(value).lower()}`"
        case tuple() as values:
            return ", ".join(f"`{value}`" for value in values)
        case value:
            return f"`{value}`"


def variables_of(setting: Field[object]) -> tuple[str, ...]:
    names = setting.metadata.get("env", ())
    return (names,) if isinstance(names, str) else names


def settings_classes() -> Iterator[type]:
    for name in SETTINGS_MODULES:
        module = import_module(f"{name}.settings")
        classes = [each for each in vars(module).values() if is_dataclass(each)]
        yield from (each for each in classes if each.__module__.startswith(f"{name}."))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_variables_are_those_of_a_setting(page):
    named = set(re.findall(r"\bARLEN_(?!_)[A-Z_]*[A-Z]\b", page.read_text("utf-8")))
    known = {name for cls in settings_classes() for setting in fields(cls) for name in variables_of(setting)}
    assert named - known - READ_WITHOUT_A_SETTING == set()


@pytest.mark.parametrize("variable", sorted(READ_WITHOUT_A_SETTING))
def test_a_variable_without_a_setting_is_read_by_a_package(variable):
    assert any(f'"{variable}"' in file.read_text("utf-8") for file in ROOT.glob("packages/*/src/**/*.py"))


def test_every_setting_stands_in_a_guide():
    shown = {cls for _, cls, _ in settings_tables()}
    owned = {cls.__name__ for cls in settings_classes() if any("doc" in each.metadata for each in fields(cls))}
    assert owned - shown == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_have_the_options_that_a_page_gives_them(page, script):
    for command in [command for block in blocks(page) for command, _ in block.commands]:
        words = shlex.split(command)
        program = next((each for each in SCRIPTS if command.startswith(each)), None)
        if words[0] == "make":
            assert words[1].removeprefix("test-") in make_targets(), f"{command}: make has no such target"
        elif program:
            given = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert given - help_of(program, words) == set(), f"{command}: {program} has no such option"


def help_of(program: str, words: list[str]) -> set[str]:
    """The options of a program, or of the command of ``arlen`` that the words name."""
    subcommand = [word for word in words[1:2] if program == "arlen" and not word.startswith("-")]
    return options_in(" ".join([program, *subcommand]))


@cache
def options_in(command: str) -> set[str]:
    script, *rest = command.split()
    words = [sys.executable if script == "python" else str(Path(sys.executable).with_name(script)), *rest, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} --help fails: there is no such command"
    return set(re.findall(r"--[a-z][a-z-]*", done.stdout))


@cache
def make_targets() -> set[str]:
    packages = {path.parent.name for path in READMES}
    return packages | set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
