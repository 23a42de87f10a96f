"""``python -m arlen_mvc templates``: templates checked and compiled from a shell."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from arlen_http.errors import AppLoadError
from arlen_http.reference import load_reference

from arlen_mvc.application import Application

from .diagnostics import Diagnostic
from .linting import TemplateLinter
from .precompilation import compile_templates
from .rendering import Templates

OK, FAILED, MISUSED = 0, 1, 2

Find = Callable[[str | None], object | None]


class UsageError(Exception):
    """The command line asks for something that is not there."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a command is about: templates, and a linter that knows what surrounds them."""

    templates: Templates
    linter: TemplateLinter

    @classmethod
    def of_application(cls, app: Application) -> Subject:
        settings = app.settings
        policy = settings.security_headers.content_security_policy if settings.security_headers.enabled else ""
        templates = app.templates
        linter = templates.linter(csrf=bool(settings.csrf.enabled), content_security_policy=policy)
        return cls(templates, linter)

    @classmethod
    def of_directory(cls, root: Path) -> Subject:
        templates = Templates(root.absolute(), reload=False)
        return cls(templates, templates.linter())


def check_templates(linter: TemplateLinter, paths: Sequence[str] = ()) -> tuple[list[Diagnostic], int]:
    """The findings in these templates, and how many were read.

    ``paths`` are templates or directories of them, below the root or below the working directory; without any, all are
    read.

    Raises:
        UsageError: there is no such template.
    """
    names = linter.names()
    chosen = sorted({name for path in paths for name in _below(path, names, linter.root)}) if paths else names
    return [finding for name in chosen for finding in linter.lint_file(name)], len(chosen)


def imported(app: str | None) -> object | None:
    """The object that ``--app`` names, or ``None`` when it names none."""
    return None if app is None else load_reference(app)


def run_templates(argv: Sequence[str], name: str = "python -m arlen_mvc templates", find: Find = imported) -> int:
    """``check`` or ``compile`` with their options; the exit status is 0, 1 when there are errors, 2 when misused.

    ``find`` gives the application that ``--app`` names, or without it the one that is meant, if any.
    """
    try:
        options = _parser(name).parse_args(argv)
    except SystemExit as error:
        return MISUSED if error.code else OK
    run: Callable[[Subject, argparse.Namespace], int] = options.run
    try:
        return run(_subject(options.app, options.template_root, find), options)
    except (UsageError, AppLoadError) as error:
        print(f"templates: {error}", file=sys.stderr)  # noqa: T201
        return MISUSED


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description="Check or compile templates.")
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help="say what is wrong in templates")
    check.add_argument("paths", nargs="*", help="templates, or directories of them, below the root; all by default")
    check.add_argument("--json", action="store_true", help="print the findings as a JSON list")
    check.add_argument("--warnings-as-errors", action="store_true", help="let warnings fail too")
    check.set_defaults(run=_check)
    write = commands.add_parser("compile", help="write bytecode and a manifest")
    write.add_argument("--output-dir", default="build/templates", type=Path, help="build/templates by default")
    write.set_defaults(run=_compile)
    for command in (check, write):
        command.add_argument("--template-root", type=Path, help="that of the application, else templates")
        command.add_argument("--app", help="module:name of an application; its settings, filters and tests then count")
    return parser


def _subject(app: str | None, root: Path | None, find: Find) -> Subject:
    found = find(app) if app or root is None else None
    match found:
        case None:
            subject = Subject.of_directory(root or Path("templates"))
        case Application():
            subject = Subject.of_application(found)
        case _:
            raise UsageError(f"{app} is not an arlen_mvc.Application")
    if not subject.templates.root.is_dir():
        raise UsageError(f"there is no directory {subject.templates.root}")
    return subject


def _check(subject: Subject, options: argparse.Namespace) -> int:
    findings, count = check_templates(subject.linter, options.paths)
    if options.warnings_as_errors:
        findings = [replace(finding, level="error") for finding in findings]
    if options.json:
        print(json.dumps([finding.as_dict() for finding in findings], indent=2))  # noqa: T201
    else:
        _tell(findings)
        print(f"templates: checked {count} templates")  # noqa: T201
    return FAILED if any(finding.level == "error" for finding in findings) else OK


def _compile(subject: Subject, options: argparse.Namespace) -> int:
    templates = subject.templates
    result = compile_templates(templates.environment, templates.root, options.output_dir)
    _tell(result.errors)
    if result.errors:
        return FAILED
    print(f"templates: compiled {len(result.compiled)} templates to {options.output_dir}")  # noqa: T201
    return OK


def _tell(findings: Sequence[Diagnostic]) -> None:
    for finding in findings:
        print(finding, file=sys.stderr)  # noqa: T201


def _below(path: str, names: Sequence[str], root: Path | None) -> list[str]:
    given = path.replace("\\", "/").removeprefix("./").rstrip("/")
    from_here = Path(path).absolute()
    for prefix in (given, from_here.relative_to(root).as_posix() if root and from_here.is_relative_to(root) else given):
        found = [name for name in names if name == prefix or name.startswith(f"{prefix}/") or prefix == "."]
        if found:
            return found
    raise UsageError(f"there is no template {path!r} below {root}")
