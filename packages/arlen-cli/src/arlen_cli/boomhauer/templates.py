"""Whether the templates of an application can be compiled, asked before a request does."""

from __future__ import annotations

from pathlib import Path

from arlen_mvc.templates.environment import make_environment

_EXTENSIONS = ("htm", "html", "json", "txt", "xml")


def check_templates(root: Path) -> None:
    """Parse every template below the directory.

    Raises:
        jinja2.TemplateSyntaxError: the first one, by name, that is malformed; it names its file and line.
    """
    environment = make_environment(root, reload=True)
    for name in sorted(environment.list_templates(extensions=_EXTENSIONS)):
        file = root / name
        environment.parse(file.read_text("utf-8", errors="replace"), name, str(file))
