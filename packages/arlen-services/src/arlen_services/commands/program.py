"""The tasks and the queue that a command works with."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import Any

from arlen_services.errors import JobError
from arlen_services.jobs.opening import open_jobs
from arlen_services.jobs.queue import JobQueue
from arlen_services.jobs.tasks import Tasks


def add_program(parser: Any) -> Any:
    """Add the reference to a program's tasks and ``--url`` to a parser."""
    parser.add_argument("tasks", metavar="MODULE:TASKS", help="the Tasks object of the program")
    return add_url(parser)


def add_url(parser: Any) -> Any:
    parser.add_argument("--url", default="", help="the job queue, such as file:jobs.json or redis://127.0.0.1/0")
    return parser


def tasks_named(reference: str) -> Tasks:
    """The `Tasks` that ``module:attribute`` names, looked for in the present directory too.

    Raises:
        JobError: codes ``invalid_reference`` and ``no_tasks``.
    """
    module, colon, attribute = reference.partition(":")
    if not (module and colon and attribute):
        raise JobError(f"{reference!r} does not read module:attribute", code="invalid_reference", permanent=True)
    if "" not in sys.path:
        sys.path.insert(0, "")
    found: object = import_module(module)
    for name in attribute.split("."):
        found = getattr(found, name, None)
    if not isinstance(found, Tasks):
        raise JobError(f"{reference} is not a Tasks object", code="no_tasks", permanent=True)
    return found


def queue_of(arguments: argparse.Namespace, tasks: Tasks | None = None) -> JobQueue:
    """The queue that ``--url``, ``ARLEN_JOBS_URL`` or the tasks name, in this order.

    Raises:
        JobError: code ``no_queue``: none of them does.
    """
    url = arguments.url or os.environ.get("ARLEN_JOBS_URL", "")
    if url:
        return open_jobs(url)
    if tasks is not None and tasks.queue is not None:
        return tasks.queue
    raise JobError("which job queue? give --url, or set ARLEN_JOBS_URL", code="no_queue", permanent=True)
