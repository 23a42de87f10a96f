"""Where arlen-http reaches the system, replaced by what fails as a plan says.

Each function of ``arlen_http.system`` is a seam. The system does not report a lack of memory through a function of
its own; it is met where arlen-http keeps what has arrived, reads fields, and builds a head.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from arlen_http import Response, system
from arlen_http.parser import RequestReader, backend_named

from .trigger import Trigger

__all__ = ["replace_seams"]


def replace_seams(trigger: Trigger) -> None:
    """Replace the calls of this process, for good."""
    _replace(trigger, "fs.open", system, "open_file")
    _replace(trigger, "fs.open", system, "open_beneath")
    _replace(trigger, "fs.stat", system, "status_of_path")
    _replace(trigger, "fs.fstat", system, "status")
    _replace(trigger, "fs.read", system, "read", EOF=lambda file, offset, count: b"")
    _replace(trigger, "io.sendfile", system, "sendfile", EOF=lambda *call: 0, SHORT=_sendfile_of_one(system.sendfile))
    _replace(trigger, "alloc.read_buffer", RequestReader, "feed")
    for name in ("httptools", "h11"):
        _replace(trigger, "alloc.header_name", type(backend_named(name)), "fields")
    _replace_attribute(trigger, "alloc.response_head", Response, "constant_headers")


def _replace(trigger: Trigger, seam: str, owner: Any, name: str, **acted: Callable[..., Any]) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    @wraps(original)
    def replacement(*arguments: Any, **named: Any) -> Any:
        return acted.get(trigger.pull(seam), original)(*arguments, **named)

    setattr(owner, name, replacement)


def _replace_attribute(trigger: Trigger, seam: str, owner: type, name: str) -> None:
    original = owner.__dict__[name]

    def read(instance: Any) -> Any:
        trigger.pull(seam)
        return original.__get__(instance, owner)

    setattr(owner, name, property(read, original.__set__))


def _sendfile_of_one(sendfile: Callable[..., int]) -> Callable[..., int]:
    return lambda out, file, offset, count: sendfile(out, file, offset, 1)
