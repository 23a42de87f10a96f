"""Heads whose fields are, byte for byte, those of the request before them.

A client sends most fields again with every request of a connection: what HTTP/2 compresses away for that reason
(RFC 7541), this recognises with one comparison, and nothing of it is parsed twice.
"""

from __future__ import annotations

from .head import RequestHead
from .request_line import METHODS, is_plain_line

__all__ = ["Repetition"]

# What is longer than this is not worth its memory on a connection that may stay idle.
_MOST_BYTES = 2048


class Repetition:
    """Remembers the last head of a connection that was plain: without a body, with a path for its target."""

    __slots__ = ("_head", "_rest")

    def __init__(self) -> None:
        self._head: RequestHead | None = None
        self._rest = b""

    def repeated(self, words: list[bytes]) -> RequestHead | None:
        """The head of a plain request with the fields of the remembered one; ``None`` for every other.

        Args:
            words: the head's bytes, split at its first two spaces.
        """
        known = self._head
        if known is None or words[-1] != self._rest or len(words) != 3:
            return None
        method, target = METHODS.get(words[0]), words[1].decode("latin-1")
        if method is None or target[:1] != "/" or "#" in target or not (target.isascii() and target.isprintable()):
            return None
        return RequestHead(method, target, known.http_version, known.fields, known.last, known.keep_alive)

    def remember(self, words: list[bytes], line_end: int, head: RequestHead) -> None:
        """Keep what a head that is no repetition has said.

        Args:
            line_end: where in the head's bytes its request line ends.
        """
        plain = is_plain_line(words, line_end) and words[1].startswith(b"/") and not head.body_length
        if plain and len(words[2]) <= _MOST_BYTES:
            self._head, self._rest = head, words[2]
