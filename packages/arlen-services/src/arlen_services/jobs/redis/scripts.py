"""The scripts that Redis runs: one for each step that must not be seen half done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Self

FOLDER = Path(__file__).with_name("lua")


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and the digest by which a server that has seen it knows it."""

    text: str
    digest: str

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


@cache
def script(name: str) -> Script:
    """The script of this name, with what they have in common before it."""
    return Script.of("\n".join((FOLDER / f"{part}.lua").read_text(encoding="utf-8") for part in ("common", name)))
