"""Content security policies, with and without a nonce (W3C CSP level 3)."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

_PLACE = "\0"
_NONCE_BYTES = 18
_MENDED = {"script-src": "default-src", "style-src": "default-src", "script-src-elem": "", "style-src-elem": ""}


@dataclass(frozen=True, slots=True)
class Nonce:
    """A word that only one response knows; ``nonce="..."`` on a script or style allows it to run."""

    text: str

    @classmethod
    def draw(cls) -> Nonce:
        return cls(b64encode(os.urandom(_NONCE_BYTES)).decode("ascii"))


class ContentSecurityPolicy:
    """A policy as it was configured, and the same with a nonce among the sources of scripts and styles."""

    __slots__ = ("_open", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._open = "; ".join(_with_nonce_places(text))

    def with_nonce(self, nonce: str) -> str:
        """The policy that also allows what carries the nonce."""
        return self._open.replace(_PLACE, nonce)


def _with_nonce_places(text: str) -> Iterator[str]:
    directives = dict(_directives(text))
    for name, inherited in _MENDED.items():
        sources = directives.get(name, directives.get(inherited) if inherited else None)
        if sources is not None and "'unsafe-inline'" not in sources:  # which a nonce would take back
            listed = [source for source in sources if source != "'none'"]
            directives[name] = [*listed, f"'nonce-{_PLACE}'"]
    return (" ".join([name, *sources]) for name, sources in directives.items())


def _directives(text: str) -> Iterator[tuple[str, list[str]]]:
    """Of a directive that is repeated, browsers take the first one."""
    seen: set[str] = set()
    for directive in text.split(";"):
        words = directive.split()
        if words and words[0].lower() not in seen:
            seen.add(words[0].lower())
            yield words[0].lower(), words[1:]


def forbids_inline_scripts(policy: str) -> bool:
    """Whether scripts in a page, and in attributes of its elements, do not run under this policy without a nonce."""
    directives = dict(_directives(policy))
    sources = directives.get("script-src", directives.get("default-src"))
    return sources is not None and "'unsafe-inline'" not in sources
