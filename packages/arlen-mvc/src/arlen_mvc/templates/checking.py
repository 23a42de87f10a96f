"""Every template read and compiled before the first request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2

from arlen_mvc.errors import Mistake

from .linting import TemplateLinter


def find_mistakes(environment: jinja2.Environment, root: Path) -> Iterator[Mistake]:
    """What cannot work in the templates below ``root``, in the order of their names; the others are compiled."""
    linter = TemplateLinter(environment, root)
    for name in linter.names():
        errors = [finding for finding in linter.lint_file(name) if finding.level == "error"]
        for error in errors:
            remedy = f"create it below {root}" if error.code == "missing_template" else "mend the template"
            yield Mistake(f"{root / name}:{error.line}:{error.column}", error.message, remedy)
        if not errors:
            environment.get_template(name)
