"""The lexical scan of SQL text: where its code is, and what is literal, quoted or comment.

PostgreSQL's rules (documentation, section 4.1), of which SQLite's are a part. A ``placeholder`` is ``$1``; a
``numbered`` one is SQLite's ``?1``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "code", "word", "placeholder", "numbered", "token", "literal", "identifier", "comment", "unterminated"
]

_START = r"[^\x00-@\[-\^`{-\x7f]"
_WORD = r"[^\x00-/:-@\[-\^`{-\x7f]"
_LEXEME = re.compile(
    rf"""
    (?P<literal>
        [eE]'(?:[^'\\]|\\.|'')*'
      | '(?:[^']|'')*'
      | \$(?P<tag>(?:{_START}{_WORD}*)?)\$.*?\$(?P=tag)\$
    )
  | (?P<identifier>"(?:[^"]|"")*")
  | (?P<comment>--[^\n]*)
  | (?P<block>/\*)
  | (?P<token>\{{\{{.*?(?:\}}\}}|\Z))
  | (?P<placeholder>\$[0-9]+)
  | (?P<numbered>\?[0-9]+)
  | (?P<word>{_START}(?:{_WORD}|\$)*)
  | (?P<unterminated>['"]|\$(?:{_START}{_WORD}*)?\$)
  | (?P<code>[0-9](?:{_WORD}|\.)*|[ \n\t,.()=<>+*;:]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Lexeme(NamedTuple):
    """A stretch of SQL text of one kind."""

    kind: Kind
    text: str


def scan(sql: str) -> Iterator[Lexeme]:
    """The text from left to right; joining the lexemes gives it back. Only the last one can be ``unterminated``."""
    position = 0
    while match := _LEXEME.match(sql, position):
        kind = match.lastgroup
        end = _end_of_comment(sql, match.end()) if kind == "block" else match.end()
        if kind == "unterminated" or end < 0:
            yield Lexeme("unterminated", sql[position:])
            return
        yield Lexeme("comment" if kind == "block" else kind, sql[position:end])  # type: ignore[arg-type]
        position = end


def _end_of_comment(sql: str, position: int) -> int:
    depth = 1
    for edge in _COMMENT_EDGE.finditer(sql, position):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return -1
