"""Template strings (PEP 750): SQL whose interpolations are parameters, never text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from arlen_data.compiler.compile import text_of
from arlen_data.compiler.dialect import POSTGRESQL

from .lexer import scan
from .refusals import refuse
from .statement import Statement
from .syntax import Syntax
from .templates import Expr, Template, fragment

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN"})
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "SHARE"})


def write_text(out: Writer, text: tuple[Syntax, ...]) -> None:
    out.write_list("", text)


class TemplateQuery(Statement):
    """A statement written as a template string."""

    __slots__ = ()
    ORDER: ClassVar = ("text",)
    WRITE: ClassVar = staticmethod(write_text)

    @property
    def returns_rows(self) -> bool:
        words = _words(self.shape()[0])
        return _is_query(words) or "RETURNING" in words

    @property
    def writes(self) -> bool:
        words = _words(self.shape()[0])
        return not (_is_query(words) and _WRITES.isdisjoint(words))


@lru_cache(maxsize=512)
def _words(syntax: Syntax) -> tuple[str, ...]:
    return tuple(text.upper() for kind, text in scan(text_of(syntax, POSTGRESQL)) if kind == "word")


def _is_query(words: tuple[str, ...]) -> bool:
    return bool(words) and words[0] in _QUERIES


def tsql(template: Template | Expr) -> TemplateQuery:
    """The statement of a template string: ``tsql(t"SELECT {name:i} FROM t WHERE id = {x}")``.

    Before Python 3.14 it is written with `expr`: ``tsql(expr("SELECT {{name}} FROM t WHERE id = $1", x, ids=...))``.

    A bare interpolation is a parameter, ``:i`` an identifier, ``:q`` a statement, a term, an expression, a condition or
    another template. Nothing is formatted into text.

    Raises:
        SQLBuilderError: ``template_format`` for another format or a conversion, ``template_not_string`` for what is no
            template, ``unterminated_literal``, ``binding`` for a bad identifier.
    """
    if not isinstance(template, Template | Expr):
        raise refuse("template_not_string", type(template).__name__)
    written = fragment(template, "template")
    return TemplateQuery({"text": ((written.syntax,), written.values)})
