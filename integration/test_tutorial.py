"""The tutorial: its pages, read in their order and typed in by a machine, build a product whose tests pass."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from arlen_testkit.processes import serve_process

DIRECTORY = Path(__file__).resolve().parent.parent / "docs" / "tutorial"
INDEX = DIRECTORY / "index.md"


@dataclass(frozen=True)
class File:
    """A file that a page shows, relative to the application; it replaces the one of that name."""

    path: str
    text: str

    def write(self, root: Path) -> None:
        target = root / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.text, "utf-8")


@dataclass(frozen=True)
class Command:
    """A line that a page tells its reader to type."""

    line: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)


def page_names() -> list[str]:
    """The pages in the order in which the index numbers them."""
    return re.findall(r"^\d+\. \[.*?\]\((\w+\.md)\)", INDEX.read_text("utf-8"), re.MULTILINE)


PAGES = page_names()


def steps(page: str) -> Iterator[File | Command]:
    """What a page shows, from its beginning to its end."""
    text = (DIRECTORY / page).read_text("utf-8")
    for language, path, block in re.findall(r"^```(\w+) ?(.*)\n((?s:.*?))^```$", text, re.MULTILINE):
        if path:
            yield File(path, block)
        elif language == "console":
            yield from (Command(line) for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE))


def commands(page: str) -> list[Command]:
    return [step for step in steps(page) if isinstance(step, Command)]


@pytest.fixture
def run(script: Callable[[str], str]) -> Callable[[str, Path], str]:
    """Run a command with the scripts of this environment and without its variables; it has to succeed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ARLEN", "PYTEST"))}
    environment = inherited | {"PATH": os.pathsep.join([str(Path(script("arlen")).parent), os.environ["PATH"]])}

    def run(line: str, directory: Path) -> str:
        done = subprocess.run(
            shlex.split(line), cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def toolshed(tmp_path: Path, run: Callable[[str, Path], str]) -> Callable[[str], Path]:
    """The application as it stands at the end of a page, every file of the pages before included."""

    def build(last: str) -> Path:
        root = tmp_path
        for page in PAGES[: PAGES.index(last) + 1]:
            for step in steps(page):
                match step:
                    case File():
                        step.write(root)
                    case Command() if step.words[:2] == ["arlen", "new"]:
                        run(step.line, root)
                    case Command() if step.words[0] == "cd":
                        root = root / step.words[1]
        return root

    return build


@pytest.mark.parametrize("page", PAGES)
def test_the_product_of_a_page_passes_all_its_tests(page, toolshed, run):
    root = toolshed(page)
    assert "passed" in run("pytest -q -W error", root)


def test_the_finished_product_serves_in_production(toolshed, script):
    root = toolshed(PAGES[-1])
    served, *_ = [command for command in commands(PAGES[-1]) if command.words[0] == "propane"]
    program, *arguments = served.words
    environment = {"ARLEN_SESSION_SECRET": "0123456789abcdef" * 2, "ARLEN_ENV": ""}
    with serve_process([script(program), *arguments, "--port", "0"], cwd=root, env=environment) as server:
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        front = httpx.get(server.url)
        assert "The tools of our street" in front.text


@pytest.mark.parametrize("page", ["index.md", *PAGES])
def test_links_of_the_tutorial_lead_to_a_page(page):
    text = (DIRECTORY / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)[^)]*\)", text):
        assert (DIRECTORY / target).resolve().exists(), target


def test_every_page_is_in_the_index():
    assert {path.name for path in DIRECTORY.glob("*.md")} == {"index.md", *PAGES}
