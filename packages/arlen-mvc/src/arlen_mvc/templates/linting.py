"""A template read without rendering it: what cannot work in it, and what is likely to be a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jinja2
from jinja2 import lexer, meta, nodes
from jinja2.parser import Parser

from arlen_mvc.browser.content_security_policy import forbids_inline_scripts

from .diagnostics import Diagnostic, Level
from .environment import EXTENSIONS
from .markup import forms_without, inline_scripts
from .names import logical_file
from .tags import Scan, Tag, Word

_REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
_REFERRING = frozenset(("extends", "include", "import", "from"))
_PAIRED = frozenset(("if", "for", "block", "macro", "call", "filter", "autoescape", "with", "set"))
_DECLARATION = re.compile(r"\s*locals:(.*)", re.DOTALL)
_FOR_EVERY_PAGE = frozenset(("ctx", "request", "url_for", "static_url"))
_TOKENS_OF_FORMS = ("csrf_field", "csrf_token")


@dataclass(frozen=True, slots=True)
class TemplateLinter:
    """Lints templates of one environment, whose filters, tests and globals are the known ones.

    Attributes:
        root: the directory in which constant references have to exist; ``None`` lets every reference pass.
        csrf: whether unsafe requests need a token.
        content_security_policy: the policy under which pages are shown; empty when there is none.
    """

    environment: jinja2.Environment
    root: Path | None = None
    csrf: bool = False
    content_security_policy: str = ""

    def lint(self, source: str, logical_path: str) -> list[Diagnostic]:
        """What there is to say about this source, ordered by line, column and code."""
        reading = _Reading(self, Scan.of(self.environment, source), logical_path)
        return sorted(set(reading.findings()), key=lambda each: (each.line, each.column, each.code, each.message))

    def lint_file(self, name: str) -> list[Diagnostic]:
        """The same for a template below the root; ``name`` is its path there."""
        assert self.root is not None
        try:
            return self.lint((self.root / name).read_text("utf-8"), name)
        except UnicodeDecodeError as error:
            message = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
            return [Diagnostic("error", "syntax_error", message, name, 1, 1)]

    def names(self) -> list[str]:
        """The templates below the root."""
        return sorted(self.environment.list_templates(extensions=EXTENSIONS))


@dataclass
class _Reading:
    linter: TemplateLinter
    scan: Scan
    path: str
    _lines: set[int] = field(default_factory=set)

    def findings(self) -> Iterator[Diagnostic]:
        malformed = [*self._unfinished(), *self._empty(), *self._broken_paths()]
        yield from malformed
        self._lines.update(each.line for each in malformed)
        try:
            tree = self._parser.parse()
        except jinja2.TemplateSyntaxError as error:
            yield from self._syntax(error)
        else:
            yield from self._references(tree)
            yield from self._raw_output(tree)
            if not malformed:
                yield from self._undeclared(tree)
        yield from self._unknown()
        if self.path.endswith((".html", ".htm")):
            yield from self._markup()

    @cached_property
    def _parser(self) -> Parser:
        return _LateParser(self.linter.environment, self.scan.source, self.path)

    def _tell(self, level: Level, code: str, offset: int, message: str) -> Diagnostic:
        line, column = self.scan.place(offset)
        return Diagnostic(level, code, message, self.path, line, column)

    def _unfinished(self) -> Iterator[Diagnostic]:
        for tag in self.scan.tags:
            if tag.end < 0 and (self.scan.failure is None or tag.kind in ("comment", "raw")):
                yield self._tell("error", "unclosed_tag", tag.content, f"this {tag.kind} tag does not end; close it")

    def _empty(self) -> Iterator[Diagnostic]:
        for tag in self.scan.tags:
            if tag.kind == "variable" and not tag.words and tag.end >= 0:
                yield self._tell("error", "empty_expression", tag.inside, "there is nothing to show between {{ and }}")

    def _broken_paths(self) -> Iterator[Diagnostic]:
        for tag in self._read_tags():
            for word, following in zip(tag.words, [*tag.words[1:], None], strict=False):
                if word.text == "." and (following is None or following.kind not in ("name", "integer")):
                    what = "the end of the tag" if following is None else repr(following.text)
                    message = f"a name has to follow the dot, not {what}"
                    yield self._tell("error", "invalid_keypath", tag.content, message)

    def _syntax(self, error: jinja2.TemplateSyntaxError) -> Iterator[Diagnostic]:
        if self._lines and error.lineno >= min(self._lines):
            return
        if self._parser_at_end:
            opener = _innermost_open(self.scan.tags)
            if opener is not None:
                message = f"{{% {opener.keyword} %}} is not closed; end it with {{% end{opener.keyword} %}}"
                yield self._tell("error", "unclosed_tag", opener.content, message)
                return
        column = self.scan.column(error.lineno)
        yield Diagnostic("error", "syntax_error", error.message or "syntax error", self.path, error.lineno, column)

    @property
    def _parser_at_end(self) -> bool:
        stream = self._parser.stream
        return self.scan.failure is None and stream.current.type == lexer.TOKEN_EOF

    def _references(self, tree: nodes.Template) -> Iterator[Diagnostic]:
        tags = (tag for tag in self.scan.tags if tag.keyword in _REFERRING)
        for node, tag in zip(tree.find_all(_REFERENCES), tags, strict=False):
            target, optional = node.template, getattr(node, "ignore_missing", False)  # type: ignore[attr-defined]
            if optional:
                continue
            wanted = _constant_names(target)
            if wanted is None:
                if isinstance(node, nodes.Include):
                    message = "the included template is computed; add 'ignore missing', or include a constant one"
                    yield self._tell("warning", "unguarded_include", tag.content, message)
            elif self.linter.root is not None and not any(self._is_file(name) for name in wanted):
                names = " or ".join(map(repr, wanted))
                message = f"{type(node).__name__.lower()} of {names}, which is missing"
                yield self._tell("error", "missing_template", tag.content, message)

    def _is_file(self, name: str) -> bool:
        file = logical_file(name)
        return self.linter.root is not None and ".." not in file.split("/") and (self.linter.root / file).is_file()

    def _raw_output(self, tree: nodes.Template) -> Iterator[Diagnostic]:
        safe = (node for node in tree.find_all(nodes.Filter) if node.name == "safe")
        places = [word.offset for tag in self._read_tags() for word in _applied(tag, "|") if word.text == "safe"]
        for node, offset in zip(safe, places, strict=False):
            if not isinstance(node.node, (nodes.Const, nodes.TemplateData)):
                yield self._tell("warning", "raw_output", offset, "what passes 'safe' is not escaped; be sure of it")
        tags = (tag for tag in self.scan.tags if tag.keyword == "autoescape")
        for scope, tag in zip(tree.find_all(nodes.ScopedEvalContextModifier), tags, strict=False):
            if _escapes_nothing(scope) and any(map(_is_computed, scope.find_all(nodes.Output))):
                yield self._tell("warning", "raw_output", tag.content, "what is shown in here is not escaped")

    def _undeclared(self, tree: nodes.Template) -> Iterator[Diagnostic]:
        declared = self._declared()
        if declared is None:
            return
        try:
            used = meta.find_undeclared_variables(tree)
        except jinja2.TemplateAssertionError:
            return
        for name in sorted(used - declared - _FOR_EVERY_PAGE):
            offset = next((word.offset for tag in self._read_tags() for word in _roots(tag) if word.text == name), 0)
            message = f"{name!r} is not among the declared locals; add it to {{# locals: ... #}}"
            yield self._tell("warning", "undeclared_local", offset, message)

    def _declared(self) -> frozenset[str] | None:
        """The names of all ``{# locals: ... #}``; ``None`` when there is no such comment."""
        comments = [word.text for tag in self.scan.tags if tag.kind == "comment" for word in tag.words]
        lists = [match[1] for comment in comments if (match := _DECLARATION.match(comment))]
        return frozenset(re.findall(r"\w+", " ".join(lists))) if lists else None

    def _unknown(self) -> Iterator[Diagnostic]:
        environment = self.linter.environment
        for tag in self._read_tags():
            for word in _applied(tag, "|"):
                if word.text not in environment.filters:
                    yield self._tell("error", "unknown_filter", word.offset, f"there is no filter {word.text!r}")
            for word in _applied(tag, "is"):
                if word.text not in environment.tests:
                    yield self._tell("error", "unknown_test", word.offset, f"there is no test {word.text!r}")

    def _markup(self) -> Iterator[Diagnostic]:
        markup = self.scan.markup
        if self.linter.csrf:
            for offset in forms_without(markup, self.scan.source, _TOKENS_OF_FORMS):
                message = "a form that posts needs {{ csrf_field() }}"
                yield self._tell("warning", "form_without_csrf", offset, message)
        if forbids_inline_scripts(self.linter.content_security_policy):
            for offset, what in inline_scripts(markup):
                message = f"{what} does not run under the content security policy"
                yield self._tell("warning", "inline_handler", offset, message)

    def _read_tags(self) -> list[Tag]:
        return [tag for tag in self.scan.tags if tag.kind in ("variable", "block")]


class _LateParser(Parser):
    """Reads the source when it is asked to parse, so that what the lexer refuses is refused there."""

    def __init__(self, environment: jinja2.Environment, source: str, name: str) -> None:
        self._given = source
        super().__init__(environment, "", name)

    def parse(self) -> nodes.Template:
        self.stream = self.environment._tokenize(self._given, self.name)
        return super().parse()


def _constant_names(target: nodes.Expr) -> list[str] | None:
    try:
        value = target.as_const()
    except nodes.Impossible:
        return None
    return [value] if isinstance(value, str) else list(value)


def _escapes_nothing(node: nodes.ScopedEvalContextModifier) -> bool:
    return any(each.key == "autoescape" and getattr(each.value, "value", None) is False for each in node.options)


def _is_computed(output: nodes.Output) -> bool:
    return any(not isinstance(node, (nodes.TemplateData, nodes.Const)) for node in output.nodes)


def _applied(tag: Tag, operator: str) -> Iterator[Word]:
    """The names that follow ``|`` (filters) or ``is`` (tests); dotted ones as one word."""
    words = tag.words
    filtering = operator == "|" and tag.keyword == "filter"
    for index, word in enumerate(words):
        is_operator = word.text == operator and (index == 0 or words[index - 1].text != ".")
        if not is_operator and not (filtering and index == 0):
            continue
        following = [each for each in words[index + 1 :] if not (operator == "is" and each.text == "not")]
        if following and following[0].kind in ("name", "operator"):
            yield _dotted(following)


def _dotted(words: list[Word]) -> Word:
    first, text = words[0], words[0].text
    for dot, name in zip(words[1::2], words[2::2], strict=False):
        if dot.text != "." or name.kind != "name":
            break
        text += f".{name.text}"
    return Word(first.kind, text, first.offset)


def _roots(tag: Tag) -> Iterator[Word]:
    before = ""
    for word in tag.words:
        if word.kind == "name" and before != ".":
            yield word
        before = word.text


def _innermost_open(tags: tuple[Tag, ...]) -> Tag | None:
    opened: list[Tag] = []
    for tag in tags:
        if tag.keyword.startswith("end"):
            opened = opened[:-1]
        elif tag.keyword in _PAIRED and not _is_assignment(tag):
            opened.append(tag)
    return opened[-1] if opened else None


def _is_assignment(tag: Tag) -> bool:
    return tag.keyword == "set" and any(word.text == "=" for word in tag.words)
