"""Files of typed SQL: what their headers declare, and the statements below them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn, TypeAlias, get_args

from arlen_data.errors import TypedSQLCodegenError
from arlen_data.sql.lexer import Lexeme, scan

from .names import IDENTIFIER, attribute, distinct, pascal
from .python_types import ANYTHING, NUMBER, TEXT, PythonType, type_named

Kind: TypeAlias = Literal["many", "one", "opt", "scalar", "exec"]
"""What a query gives: every row, exactly one, the first or None, the one field of exactly one row, a count."""

_KINDS: tuple[Kind, ...] = get_args(Kind)
_DIRECTIVE = re.compile(r"--\s*arlen:(\w+)[ \t]*(.*)")
_NAME = re.compile(r"(\w+)(?:\s+:(\w+))?", re.ASCII)
_FIELD = re.compile(r"([^:]+):([^?]+)(\??)")
_ROW_CLASS = re.compile(r"(?:([a-z_]\w*)\.)?([A-Z]\w*)", re.ASCII)
_BEFORE_A_NAME = re.compile(r'(?:^|[^\w:\])"]):\Z')
_OWN_TYPES = {"string": TEXT, "number": NUMBER}


@dataclass(frozen=True, slots=True)
class TypedField:
    """A parameter or a column of a result."""

    name: str
    type: PythonType
    nullable: bool
    attribute: str

    @property
    def annotation(self) -> str:
        return self.type.annotated(self.nullable)


@dataclass(frozen=True, slots=True)
class RowClass:
    """A class of a schema module whose rows a query gives; no module means the one of the same prefix."""

    module: str | None
    table: str


@dataclass(frozen=True, slots=True)
class TypedQuery:
    """A query: its name, its types, and its SQL with ``$1`` to ``$n``.

    Attributes:
        line: where its header begins.
        warnings: what is doubtful in the header, each with file and line.
    """

    name: str
    kind: Kind
    parameters: tuple[TypedField, ...]
    fields: tuple[TypedField, ...]
    row: RowClass | None
    sql: str
    file: str
    line: int
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Section:
    """What stands between one ``arlen:name`` and the next."""

    file: str
    line: int
    directives: dict[str, tuple[str, int]]
    body: list[Lexeme] = field(default_factory=list)
    body_line: int = 0

    def refuse(self, code: str, what: str, line: int | None = None) -> NoReturn:
        place = line or self.line
        raise TypedSQLCodegenError(
            f"{self.file}, line {place}: {what}", code=code, details={"file": self.file, "line": place}
        )

    def argument(self, directive: str) -> tuple[str, int]:
        return self.directives.get(directive, ("", self.line))


def read_queries(directory: Path) -> tuple[TypedQuery, ...]:
    """The queries of all ``.sql`` files in a directory, in the order of the files.

    Raises:
        TypedSQLCodegenError: ``input_dir_missing``, ``no_sql_files``, ``no_definitions``, ``duplicate_query`` and
            what `parse_queries` raises.
    """
    if not directory.is_dir():
        raise TypedSQLCodegenError(f"there is no directory {directory}; put .sql files there", code="input_dir_missing")
    files = sorted(path for path in directory.iterdir() if path.suffix == ".sql" and path.is_file())
    if not files:
        raise TypedSQLCodegenError(f"{directory} holds no .sql files", code="no_sql_files")
    queries = tuple(query for file in files for query in parse_queries(file.read_text("utf-8-sig"), file.name))
    if not queries:
        raise TypedSQLCodegenError(
            f"the files in {directory} define no query; begin each with -- arlen:name <name>", code="no_definitions"
        )
    _refuse_duplicates(queries)
    return queries


def parse_queries(text: str, file: str) -> list[TypedQuery]:
    """The queries of one file.

    Raises:
        TypedSQLCodegenError: with ``file`` and ``line`` in ``details``.
    """
    return [_query(section) for section in _sections(text, file)]


def _sections(text: str, file: str) -> Iterator[_Section]:
    section = _Section(file, 1, {})
    line = 1
    for lexeme in scan(text):
        directive = _DIRECTIVE.fullmatch(lexeme.text.rstrip()) if lexeme.kind == "comment" else None
        if lexeme.kind == "unterminated":
            section.refuse("unterminated_literal", "a quote or comment is never closed", line)
        elif directive is None:
            _take(section, lexeme, line)
        else:
            if directive[1] == "name" and "name" in section.directives:
                yield section
                section = _Section(file, line, {})
            _declare(section, directive, line)
        line += lexeme.text.count("\n")
    if section.directives:
        yield section


def _take(section: _Section, lexeme: Lexeme, line: int) -> None:
    if _is_sql(lexeme) and "name" not in section.directives:
        section.refuse("name_missing_or_invalid", "SQL without a name; write -- arlen:name <name> above it", line)
    if section.directives:
        section.body_line = section.body_line or line
        section.body.append(lexeme)


def _declare(section: _Section, directive: re.Match[str], line: int) -> None:
    word, argument = directive.groups()
    if word not in ("name", "params", "result", "row"):
        section.refuse("directive_unknown", f"arlen:{word} is unknown; there are name, params, result and row", line)
    if "name" not in section.directives:
        if word != "name":
            section.refuse("name_missing_or_invalid", f"arlen:{word} stands before arlen:name", line)
        section.line = line
    if word in section.directives:
        section.refuse("field_format", f"arlen:{word} is there twice", line)
    section.directives[word] = (argument.strip(), line)


def _query(section: _Section) -> TypedQuery:
    name, kind = _name(section)
    warnings: list[str] = []
    parameters = _fields(section, "params", warnings)
    fields = _fields(section, "result", warnings)
    row = _row_class(section)
    _check_result(section, kind, fields, row)
    sql = _numbered(section, _statement(section), [parameter.name for parameter in parameters])
    return TypedQuery(name, kind, parameters, fields, row, sql, section.file, section.line, tuple(warnings))


def _name(section: _Section) -> tuple[str, Kind]:
    match = _NAME.fullmatch(section.argument("name")[0])
    if match is None or not IDENTIFIER.fullmatch(match[1]):
        section.refuse("name_missing_or_invalid", "arlen:name takes an identifier and perhaps a kind, such as :one")
    kind: Kind | None = next((each for each in _KINDS if each == (match[2] or "many")), None)
    if kind is None:
        section.refuse("kind_unknown", f":{match[2]} is unknown; there are :{', :'.join(_KINDS)}")
    return match[1], kind


def _fields(section: _Section, directive: str, warnings: list[str]) -> tuple[TypedField, ...]:
    text, line = section.argument(directive)
    found = [_field(section, word, line, warnings) for word in re.split(r"[\s,]+", text) if word]
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            section.refuse("field_identifier", f'the field "{name}" is there twice', line)
    attributes = distinct(attribute(name) for name in names)
    return tuple(
        TypedField(each.name, each.type, each.nullable, called) for each, called in zip(found, attributes, strict=True)
    )


def _field(section: _Section, word: str, line: int, warnings: list[str]) -> TypedField:
    match = _FIELD.fullmatch(word)
    if match is None:
        section.refuse("field_format", f'"{word}" is no field; write name:type, or name:type? if it may be NULL', line)
    name, type_name, mark = match.groups()
    if not IDENTIFIER.fullmatch(name):
        section.refuse("field_identifier", f'"{name}" is no identifier', line)
    known = _OWN_TYPES.get(type_name.lower()) or type_named(type_name)
    if known is None:
        warnings.append(f'{section.file}, line {line}: the type "{type_name}" is unknown; {name} is an object')
    return TypedField(name, known or ANYTHING, bool(mark), name)


def _row_class(section: _Section) -> RowClass | None:
    text, line = section.argument("row")
    if "row" not in section.directives:
        return None
    match = _ROW_CLASS.fullmatch(text)
    if match is None:
        section.refuse("row_class_invalid", "arlen:row takes a class, or module.Class, of a generated schema", line)
    return RowClass(match[1], match[2])


def _check_result(section: _Section, kind: Kind, fields: tuple[TypedField, ...], row: RowClass | None) -> None:
    if kind == "exec" and (fields or row):
        section.refuse("result_unexpected", "an :exec query has no result; remove arlen:result and arlen:row")
    if kind == "scalar" and (row or len(fields) != 1):
        section.refuse("result_required", "a :scalar query has one field in arlen:result")
    if kind != "exec" and bool(fields) == bool(row):
        section.refuse("result_required", "the query needs arlen:result or arlen:row, or the kind :exec")


def _statement(section: _Section) -> list[Lexeme]:
    """The lexemes from the first to the last one of the statement, without the ``;`` that ends it."""
    body = list(section.body)
    while body and not _is_sql(body[-1]):
        body.pop()
    if not body:
        section.refuse("body_empty", "there is no SQL below the header")
    last = body[-1]
    if last.kind == "code" and last.text.rstrip().endswith(";"):
        body[-1] = Lexeme("code", last.text.rstrip().removesuffix(";"))
    if not any(_is_sql(lexeme) for lexeme in body):
        section.refuse("body_empty", "there is no SQL below the header")
    line = section.body_line
    for lexeme in body:
        if lexeme.kind == "code" and ";" in lexeme.text:
            place = line + lexeme.text.count("\n", 0, lexeme.text.index(";"))
            section.refuse("several_statements", "a second statement needs an arlen:name of its own", place)
        line += lexeme.text.count("\n")
    return body


def _numbered(section: _Section, body: Iterable[Lexeme], names: list[str]) -> str:
    """The SQL with ``:name`` as ``$n``; the parameters and ``$1`` to ``$n`` have to cover each other."""
    sql, used, line = "", set(), section.body_line
    for kind, text in body:
        written = text
        if kind == "placeholder":
            used.add(int(text[1:]))
        elif kind == "word" and _BEFORE_A_NAME.search(sql):
            if text not in names:
                section.refuse("placeholder_gap", f":{text} is no parameter; declare it in arlen:params", line)
            number = names.index(text) + 1
            used.add(number)
            sql, written = sql[:-1], f"${number}"
        sql += written
        line += text.count("\n")
    unknown = sorted(used.difference(range(1, len(names) + 1)))
    if unknown:
        section.refuse("placeholder_gap", f"${unknown[0]} is no parameter; declare it in arlen:params")
    for number, name in enumerate(names, 1):
        if number not in used:
            section.refuse("placeholder_gap", f'the parameter "{name}" (${number}) is not used')
    return sql.strip()


def _is_sql(lexeme: Lexeme) -> bool:
    return lexeme.kind != "comment" and not lexeme.text.isspace()


def _refuse_duplicates(queries: Iterable[TypedQuery]) -> None:
    seen: dict[str, TypedQuery] = {}
    for query in queries:
        first = seen.setdefault(pascal(query.name), query)
        if first is not query:
            raise TypedSQLCodegenError(
                f"{query.file}, line {query.line}: {query.name} is called like {first.name} of {first.file}, "
                f"line {first.line}; give one of them another name",
                code="duplicate_query",
                details={"file": query.file, "line": query.line, "identifier": query.name},
            )
