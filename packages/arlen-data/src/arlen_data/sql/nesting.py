"""Semicolons that end no statement: those in parentheses, and those in the body of a routine of standard SQL."""

from __future__ import annotations

from .lexer import Lexeme

_REPLACING = ["OR", "REPLACE"]
_ROUTINES = frozenset({"FUNCTION", "PROCEDURE"})
_LONGEST_OPENING = 4


class Nesting:
    """Follows SQL from left to right and tells which semicolons end a statement.

    ``CREATE FUNCTION ... BEGIN ATOMIC ...; END`` (PostgreSQL's documentation, CREATE FUNCTION, ``sql_body``) and
    ``CREATE RULE ... DO (...; ...)`` are one statement each.
    """

    __slots__ = ("_blocks", "_opening", "_parentheses", "_previous")

    def __init__(self) -> None:
        self._blocks = 0
        self._opening: list[str] = []
        self._parentheses = 0
        self._previous = ""

    def read(self, lexeme: Lexeme) -> str:
        """The text of the next lexeme, with a space for each semicolon that ends nothing."""
        match lexeme.kind:
            case "word":
                self._word(lexeme.text.upper())
            case "code":
                return "".join(map(self._character, lexeme.text))
        return lexeme.text

    def _word(self, word: str) -> None:
        if len(self._opening) < _LONGEST_OPENING:
            self._opening.append(word)
        if self._blocks:
            self._blocks += (word == "CASE") - (word == "END")
        elif word == "ATOMIC" and self._previous == "BEGIN" and self._makes_routine():
            self._blocks = 1
        self._previous = word

    def _character(self, character: str) -> str:
        match character:
            case "(":
                self._parentheses += 1
            case ")":
                self._parentheses = max(0, self._parentheses - 1)
            case ";" if self._parentheses or self._blocks:
                return " "
            case ";":
                self._start()
        return character

    def _start(self) -> None:
        self._opening.clear()
        self._previous = ""

    def _makes_routine(self) -> bool:
        create, *rest = self._opening
        kind = rest[2:3] if rest[:2] == _REPLACING else rest[:1]
        return create == "CREATE" and not _ROUTINES.isdisjoint(kind)
