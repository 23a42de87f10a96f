"""Trusted SQL text: the one way to put SQL of one's own into a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, LiteralString, Protocol, runtime_checkable

from .identifiers import selectable
from .lexer import Lexeme, scan
from .refusals import refuse
from .statement import Statement, subquery
from .syntax import PARAMETER, Fragment, Syntax, sequence, values_of

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

TRUSTED = "trusted-template-v1"
_INTERPOLATED = "$0"
_TOKEN = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Expr:
    """Trusted SQL text with its own parameters and identifiers; made by `expr`, checked by the clause that takes it."""

    kind: str
    template: str
    params: Sequence[object] = ()
    ids: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.kind, self.template, self.params, *sorted(self.ids.items())))

    def __bool__(self) -> bool:
        raise TypeError("an expression is neither true nor false; combine conditions with and_() or or_()")


class Interpolation(Protocol):
    """``string.templatelib.Interpolation``."""

    @property
    def value(self) -> object: ...

    @property
    def conversion(self) -> str | None: ...

    @property
    def format_spec(self) -> str: ...


@runtime_checkable
class Template(Protocol):
    """``string.templatelib.Template``."""

    @property
    def strings(self) -> tuple[str, ...]: ...

    @property
    def interpolations(self) -> tuple[Interpolation, ...]: ...


def expr(template: LiteralString, *params: object, ids: Mapping[str, str] | None = None) -> Expr:
    """SQL text of your own: a column, condition, order, join condition, window or assignment.

    ``$1``, ``$2`` ... are the ``params`` of this expression, wherever it ends up. ``{{token}}`` is an identifier that
    ``ids`` names: ``expr("COALESCE({{name}}, $1)", "nobody", ids={"name": "u.name"})``. Neither counts inside literals,
    quoted identifiers and comments. The text itself is trusted: never build it from input.
    """
    return Expr(TRUSTED, template, params, {} if ids is None else dict(ids) if isinstance(ids, Mapping) else ids)


def fragment(source: object, context: str) -> Fragment:
    """An expression or a piece of SQL that a clause was given, checked.

    Raises:
        SQLBuilderError: with the clause, ``context``, as identifier where the expression as a whole is at fault.
    """
    if isinstance(source, Fragment):
        return source
    if isinstance(source, Expr):
        _check(source, context)
        syntax = _parsed(source.template, tuple(source.ids.items()), len(source.params), context)
        return Fragment(syntax, tuple(source.params))
    if isinstance(source, Template):
        return interpolated(source, context)
    raise refuse("expression_shape", context)


def interpolated(template: Template, context: str) -> Fragment:
    """A template string (PEP 750): interpolations are parameters, ``:i`` identifiers, ``:q`` pieces of SQL."""
    lexemes = _lexemes(_INTERPOLATED.join(template.strings), context)
    places = [lexeme.text for lexeme in lexemes if lexeme.kind == "placeholder"]
    if any(place != _INTERPOLATED for place in places):
        raise refuse("placeholders_without_params", context)
    if len(places) != len(template.interpolations):
        raise refuse("interpolation_in_literal", context)
    values = iter(template.interpolations)
    parts = [
        _interpolation(next(values), context) if lexeme.kind == "placeholder" else Fragment(lexeme.text)
        for lexeme in lexemes
    ]
    return Fragment(sequence(*[part.syntax for part in parts]), values_of(parts))


def write_template(out: Writer, parts: tuple[Syntax | int, ...], count: int) -> None:
    before = out.reserve(count)
    for part in parts:
        if isinstance(part, int):
            out.placeholder(before + part)
        else:
            out.write(part)


def _lexemes(text: str, context: str) -> tuple[Lexeme, ...]:
    """The lexemes of text that something may follow: a comment at its end is closed."""
    lexemes = tuple(scan(text))
    if lexemes[-1:] and lexemes[-1].kind == "unterminated":
        raise refuse("unterminated_literal", context)
    if lexemes[-1:] and lexemes[-1].text.startswith("--"):
        return (*lexemes, Lexeme("code", "\n"))
    return lexemes


def _interpolation(interpolation: Interpolation, context: str) -> Fragment:
    value = interpolation.value
    match interpolation.format_spec, interpolation.conversion:
        case "", None:
            return Fragment(PARAMETER, (value,))
        case "i", None:
            return Fragment(selectable(value, "binding"))  # type: ignore[arg-type]
        case "q", None:
            return subquery(value) if isinstance(value, Statement) else fragment(value, context)
        case _:
            raise refuse("template_format", context)


def _check(source: Expr, context: str) -> None:
    if source.kind != TRUSTED:
        raise refuse("expression_kind", source.kind)
    if not isinstance(source.template, str):
        raise refuse("template_not_string", context)
    if not isinstance(source.ids, Mapping):
        raise refuse("bindings_not_mapping", context)
    for identifier in source.ids.values():
        if not isinstance(identifier, str):
            raise refuse("binding", identifier)
    if not isinstance(source.params, list | tuple):
        raise refuse("params_not_sequence", context)


@lru_cache(maxsize=1024)
def _parsed(template: str, ids: tuple[tuple[str, str], ...], params: int, context: str) -> Syntax:
    text = template.strip()
    if not text:
        raise refuse("expression_empty", context)
    lexemes = _lexemes(text, context)
    bound = _bound(lexemes, ids, context)
    _check_placeholders({int(lexeme.text[1:]) for lexeme in lexemes if lexeme.kind == "placeholder"}, params, context)
    parts = tuple(_part(lexeme, bound) for lexeme in lexemes)
    return (write_template, parts, params) if params or bound else "".join(lexeme.text for lexeme in lexemes)


def _bound(lexemes: tuple[Lexeme, ...], ids: tuple[tuple[str, str], ...], context: str) -> dict[str, Syntax]:
    tokens = dict.fromkeys(_token(lexeme) for lexeme in lexemes if lexeme.kind == "token")
    for lexeme in lexemes:
        if lexeme.kind in ("literal", "identifier", "comment") and (inside := _TOKEN.search(lexeme.text)):
            raise refuse("token_in_literal", inside[1])
    names = dict(ids)
    if names and not tokens:
        raise refuse("bindings_without_tokens", context)
    for token in tokens:
        if token not in names:
            raise refuse("token_unbound", token)
    for token in names:
        if token not in tokens:
            raise refuse("token_unused", token)
    return {f"{{{{{token}}}}}": selectable(names[token], "binding") for token in tokens}


def _token(lexeme: Lexeme) -> str:
    match = _TOKEN.fullmatch(lexeme.text)
    if match is None:
        raise refuse("token_name_invalid", lexeme.text.removeprefix("{{").removesuffix("}}"))
    return match[1]


def _check_placeholders(numbers: set[int], params: int, context: str) -> None:
    if not numbers and params:
        raise refuse("params_without_placeholders", context)
    if numbers and not params:
        raise refuse("placeholders_without_params", context)
    if not all(1 <= number <= params for number in numbers):
        raise refuse("placeholder_out_of_range", context)
    if len(numbers) < params:
        raise refuse("placeholder_gap", context)


def _part(lexeme: Lexeme, bound: Mapping[str, Syntax]) -> Syntax | int:
    match lexeme.kind:
        case "placeholder":
            return int(lexeme.text[1:])
        case "token":
            return bound[lexeme.text]
        case _:
            return lexeme.text
