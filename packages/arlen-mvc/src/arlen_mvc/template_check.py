"""Every template compiled before the first request, and every constant reference followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import nodes

from .errors import Mistake
from .templates import logical_file

_EXTENSIONS = ("html", "htm", "xml", "txt", "json")


def find_mistakes(environment: jinja2.Environment, root: Path) -> Iterator[Mistake]:
    """What is wrong in the templates below ``root``, in the order of their names."""
    for name in sorted(environment.list_templates(extensions=_EXTENSIONS)):
        file = root / name
        try:
            tree = environment.parse(file.read_text("utf-8"), name, str(file))
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            yield Mistake(f"{file}:{error.lineno}", error.message or "syntax error", "mend the template")
            continue
        except UnicodeDecodeError as error:
            yield Mistake(str(file), f"is not UTF-8 text (byte {error.start})", "save it as UTF-8")
            continue
        yield from _missing_references(tree, file, root)


def _missing_references(tree: nodes.Template, file: Path, root: Path) -> Iterator[Mistake]:
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        target = node.template  # type: ignore[attr-defined]
        if getattr(node, "ignore_missing", False) or not isinstance(target, nodes.Const):
            continue
        wanted = [target.value] if isinstance(target.value, str) else list(target.value)
        if not any((root / logical_file(name)).is_file() for name in wanted):
            verb = type(node).__name__.lower()
            names = " or ".join(map(repr, wanted))
            yield Mistake(f"{file}:{node.lineno}", f"{verb} of {names}, which is missing", f"create it below {root}")
