"""A template's source as Jinja2's lexer reads it: which tags there are, with which words, and where."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

import jinja2

_NEWLINE = re.compile(r"\r\n|\r|\n")
_OPENERS = {"variable_begin": "variable", "block_begin": "block", "comment_begin": "comment", "raw_begin": "raw"}
_CLOSERS = frozenset(("variable_end", "block_end", "comment_end", "raw_end"))


@dataclass(frozen=True, slots=True)
class Word:
    """A token inside of a tag."""

    kind: str
    text: str
    offset: int


@dataclass(slots=True)
class Tag:
    """``{{ ... }}`` (a variable), ``{% ... %}`` (a block), a comment, or a raw section."""

    kind: str
    start: int
    inside: int
    end: int = -1
    words: list[Word] = field(default_factory=list)

    @property
    def content(self) -> int:
        """The offset at which its content starts."""
        return self.words[0].offset if self.words else self.inside

    @property
    def keyword(self) -> str:
        """The first word of a block."""
        return self.words[0].text if self.kind == "block" and self.words else ""


@dataclass(frozen=True)
class Scan:
    """The tags of a source, in order; ``failure`` is what kept the lexer from reading on."""

    source: str
    tags: tuple[Tag, ...]
    failure: jinja2.TemplateSyntaxError | None

    @classmethod
    def of(cls, environment: jinja2.Environment, source: str) -> Scan:
        source = _NEWLINE.sub("\n", source)
        tags: list[Tag] = []
        position = 0
        try:
            for _, kind, text in environment.lexer.tokeniter(source, None):
                start = max(source.find(text, position), position)
                position = start + len(text)
                if kind in _OPENERS:
                    tags.append(Tag(_OPENERS[kind], start, position))
                elif kind in _CLOSERS:
                    tags[-1].end = start + len(text.rstrip())
                elif kind not in ("data", "whitespace"):
                    tags[-1].words.append(Word(kind, text, start))
        except jinja2.TemplateSyntaxError as error:
            return cls(source, tuple(tags), error)
        return cls(source, tuple(tags), None)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in _NEWLINE.finditer(self.source))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of an offset."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def column(self, line: int, needle: str = "") -> int:
        """Where the needle is in a tag that reaches this line, else where the only tag of the line starts; or 1."""
        reaching = [tag for tag in self.tags if self.place(tag.start)[0] <= line <= self.place(self._last(tag))[0]]
        for tag in reaching:
            found = self.source.find(needle, tag.inside, self._last(tag)) if needle else -1
            if found >= 0 and self.place(found)[0] == line:
                return self.place(found)[1]
        on_line, column = self.place(reaching[0].content) if len(reaching) == 1 else (0, 1)
        return column if on_line == line else 1

    def _last(self, tag: Tag) -> int:
        return len(self.source) if tag.end < 0 else tag.end - 1

    @property
    def markup(self) -> str:
        """The source with every tag as blanks, so that what is left stands where it stood."""
        pieces, position = [], 0
        for tag in self.tags:
            end = self._last(tag) + 1
            pieces += [self.source[position : tag.start], re.sub(r"[^\n]", " ", self.source[tag.start : end])]
            position = end
        return "".join([*pieces, self.source[position:]])
