"""``python -m arlen_services i18n``: the catalogues of a program."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arlen_services.i18n.extraction import uses_in
from arlen_services.i18n.review import read_all, review


def add_parser(commands: Any) -> None:
    """Add ``i18n`` and its commands to the parsers of a program; each sets ``run``, which answers the exit status."""
    group = commands.add_parser("i18n", help="extract, make, update, compile and check catalogues")
    actions = group.add_subparsers(dest="action", required=True)
    _template(_sources(_action(actions, "extract", extract, "write every key of the sources into a template")))
    init_parser = _directory(_template(_action(actions, "init", init, "make the catalogues of new locales")))
    init_parser.add_argument("locales", nargs="+", metavar="LOCALE")
    _directory(_template(_action(actions, "update", update, "bring catalogues to the keys of the template")))
    _directory(_action(actions, "compile", compile_catalogues, "write a .mo file beside every .po file"))
    check_parser = _directory(_sources(_action(actions, "check", check, "find what is missing, unused or differs")))
    check_parser.add_argument("--reference", default="en", help="the locale that the others are compared with")


def extract(arguments: argparse.Namespace) -> int:
    from arlen_services.i18n.gettext_files import extract as write_template

    count = write_template(arguments.source, arguments.template)
    return _say([f"{arguments.template}: {count} keys"])


def init(arguments: argparse.Namespace) -> int:
    from arlen_services.i18n.gettext_files import init as make_catalogue

    made = [make_catalogue(arguments.template, arguments.directory, locale) for locale in arguments.locales]
    return _say(made)


def update(arguments: argparse.Namespace) -> int:
    from arlen_services.i18n.gettext_files import update as bring_up_to_date

    return _say(bring_up_to_date(arguments.template, arguments.directory))


def compile_catalogues(arguments: argparse.Namespace) -> int:
    from arlen_services.i18n.gettext_files import compile_all

    return _say(compile_all(arguments.directory))


def check(arguments: argparse.Namespace) -> int:
    """Prints one line for each fault; the status is 1 if there is any. Without sources nothing is called unused."""
    used = {use.key for use in uses_in(arguments.source)} if arguments.source else None
    findings = review(read_all(arguments.directory), reference=arguments.reference, used=used)
    _say(findings)
    return 1 if findings else 0


def _say(lines: Sequence[object]) -> int:
    for line in lines:
        print(line)  # noqa: T201 - what a command answers
    return 0


def _action(actions: Any, name: str, run: Any, what: str) -> Any:
    parser = actions.add_parser(name, help=what)
    parser.set_defaults(run=run)
    return parser


def _sources(parser: Any) -> Any:
    parser.add_argument(
        "--source", action="append", default=[], type=Path, help="a file or directory of the program; may be repeated"
    )
    return parser


def _template(parser: Any) -> Any:
    parser.add_argument("--template", type=Path, default=Path("locales/messages.pot"), help="the template of all keys")
    return parser


def _directory(parser: Any) -> Any:
    parser.add_argument("--directory", type=Path, default=Path("locales"), help="where the catalogues are")
    return parser
