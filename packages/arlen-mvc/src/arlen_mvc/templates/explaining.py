"""From what Jinja2, or the code behind a template, raised to an error that says where."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import jinja2

from arlen_mvc.errors import TemplateError

from .missing import MissingLocal
from .tags import Scan


def explained(error: Exception, file: str, root: Path, environment: jinja2.Environment) -> TemplateError:
    """The error with code, file, line and column, for the template ``file`` that was rendered."""
    path, line = _place(error.__traceback__, str(root))
    match error:
        case TemplateError():
            return error
        case jinja2.TemplateNotFound():
            missing = str(error.name or error.message)
            column = _column(environment, path, line, Path(missing).stem) if line else 1
            wanted = f", wanted by {path}:{line}" if line else ""
            message = f"template {missing!r} not found in {root}{wanted}"
            path = path if line else missing
            return TemplateError(message, code="template_not_found", path=path, line=line, column=column)
        case jinja2.TemplateSyntaxError():
            path = error.filename or file
            column = _column(environment, path, error.lineno)
            message = f"{path}:{error.lineno}: {error.message}"
            return TemplateError(message, code="template_syntax", path=path, line=error.lineno, column=column)
        case OSError() if error.filename is not None and str(error.filename).startswith(str(root)):
            return TemplateError(f"{error.filename}: {error.strerror}", code="template_io", path=str(error.filename))
    path = path or str(root / file)
    place = f"{path}:{line}" if line else path
    code = "template_execution_failed"
    match error:
        case MissingLocal():
            column = _column(environment, path, line, error.key_path)
            asked = {"local": error.local, "key_path": error.key_path, "segment": error.segment}
            return TemplateError(f"{place}: {error}", code=code, path=path, line=line, column=column, details=asked)
    message = f"{place}: {type(error).__name__}: {error}"
    return TemplateError(message, code=code, path=path, line=line, column=_column(environment, path, line))


def _place(traceback: TracebackType | None, root: str) -> tuple[str, int | None]:
    """The innermost template line of a traceback (Jinja2 puts template files into its frames)."""
    found: tuple[str, int | None] = ("", None)
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.startswith(root):
            found = (file, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _column(environment: jinja2.Environment, path: str, line: int | None, needle: str = "") -> int:
    """Where on the line it is: at the needle in a tag, else where the content of the only tag starts, else 1."""
    try:
        source = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return 1
    return Scan.of(environment, source).column(line or 0, needle)
