"""Which template file a line of a flattened template was written for, told in tracebacks."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from jinja2.debug import fake_traceback

if TYPE_CHECKING:
    import jinja2


def name_included_files() -> None:
    """Let the exception that is being handled name the files of included partials, as Jinja2 does without flattening.

    A module of a flattened template lists its foreign lines as ``inclusions``: first line, last line, template.
    """
    error = sys.exception()
    previous, current = None, error.__traceback__ if error is not None else None
    while error is not None and current is not None:
        place = _foreign_place(current)
        if place is not None:
            renamed = fake_traceback(error, current, *place)
            renamed.tb_next = current.tb_next
            current = renamed
            if previous is None:
                error.__traceback__ = renamed
            else:
                previous.tb_next = renamed
        previous, current = current, current.tb_next


def _foreign_place(traceback: TracebackType) -> tuple[str, int] | None:
    variables = traceback.tb_frame.f_globals
    inclusions: list[tuple[int, int, str]] = variables.get("inclusions", [])
    template: jinja2.Template | None = variables.get("__jinja_template__")
    line = traceback.tb_lineno
    around = [(last - first, name) for first, last, name in inclusions if first <= line <= last]
    if template is None or not around:
        return None
    directory = str(template.filename).removesuffix(str(template.name))
    return directory + min(around)[1], template.get_corresponding_lineno(line)
