"""Where the lines of a header are broken."""

from __future__ import annotations

from email.headerregistry import UnstructuredHeader
from email.policy import EmailPolicy
from typing import Any

_WIDTH = 78
_LONGEST = 900


class MailPolicy(EmailPolicy):
    """The policy ``SMTP`` of the standard library, which leaves a long ASCII word as it is: an address that is to be
    called, as in ``List-Unsubscribe``, is understood by programs only when it is not encoded (RFC 2369, RFC 8058)."""

    def fold(self, name: str, value: Any) -> str:
        return _folded(name, value, self.linesep) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        folded = _folded(name, value, self.linesep)
        return folded.encode("ascii") if folded else super().fold_binary(name, value)


SMTP = MailPolicy(linesep="\r\n")


def _folded(name: str, value: Any, linesep: str) -> str:
    """The lines of an ASCII text, broken at spaces; empty where the standard library has to do it."""
    text = str(value)
    words = text.split(" ")
    if not isinstance(value, UnstructuredHeader) or not text.isascii() or "=?" in text:
        return ""
    if "" in words or not _WIDTH // 2 < max(map(len, words)) <= _LONGEST:
        return ""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return linesep.join(lines) + linesep
