"""Reading a path template: text in, a pattern and every fault of the text out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .converters import PLAIN, Converter
from .errors import Fault, did_you_mean
from .paths import MAX_SEGMENTS
from .pattern import Literal, Mixed, Param, Pattern, Segment

_identifier = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read(template: str, converters: Mapping[str, Converter], *, separator: str = "/") -> tuple[Pattern, list[Fault]]:
    """The pattern of a template, and its faults from left to right; a template with faults means nothing yet."""
    reader = _Reader(template, converters)
    segments: list[Segment] = []
    texts: list[str] = []
    for column, text in _split(template, separator):
        if reader.wildcard is not None:
            reader.fault(
                "wildcard_not_last",
                f"wildcard {{{reader.wildcard}}} before the last segment",
                "move it to the end",
                reader.wildcard_column,
                reader.wildcard,
            )
            break
        texts.append(text)
        segment = reader.segment(column, text)
        if segment is not None:
            segments.append(segment)
    if len(texts) > MAX_SEGMENTS:
        reader.fault("too_many_segments", f"{len(texts)} segments", f"use at most {MAX_SEGMENTS}", 1)
    if reader.faults:
        return Pattern(template, (), None), reader.faults
    trailing_slash = bool(texts) and template.endswith("/") and reader.wildcard is None
    canonical = "/" + "/".join(texts) + ("/" if trailing_slash else "")
    return Pattern(canonical, tuple(segments), reader.wildcard, trailing_slash=trailing_slash), []


def _split(template: str, separator: str) -> Iterator[tuple[int, str]]:
    """The segments that are not empty, with their columns; a separator inside braces separates nothing."""
    start = position = 0
    while position <= len(template):
        if position == len(template) or template[position] == separator:
            if position > start:
                yield start + 1, template[start:position]
            start = position = position + 1
        elif template[position] == "{":
            position = _after_brace(template, position) or len(template)
        else:
            position += 1


def _after_brace(text: str, opening: int) -> int | None:
    """The position after the brace that closes the one at ``opening``; a backslash hides the next character."""
    depth = 0
    position = opening
    while position < len(text):
        match text[position]:
            case "\\":
                position += 1
            case "{":
                depth += 1
            case "}":
                depth -= 1
                if not depth:
                    return position + 1
        position += 1
    return None


class _Reader:
    """The state of one reading: what was found so far."""

    def __init__(self, template: str, converters: Mapping[str, Converter]) -> None:
        self.template = template
        self.converters = converters
        self.faults: list[Fault] = []
        self.names: set[str] = set()
        self.wildcard: str | None = None
        self.wildcard_column = 0

    def fault(self, code: str, problem: str, remedy: str, column: int, param: str | None = None) -> None:
        self.faults.append(Fault(code, problem, remedy, self.template, column, param))

    def segment(self, column: int, text: str) -> Segment | None:
        """What one segment means; None for a wildcard and for a segment of which nothing is left."""
        if text.startswith("*"):
            self.take_wildcard(text[1:] or "wildcard", column)
            return None
        parts = self.parts(column, text)
        match parts:
            case []:
                return None
            case [part]:
                return part
        try:
            return Mixed(tuple(parts))
        except re.error as error:
            remedy = "give each parameter a segment of its own"
            self.fault("invalid_converter", f'expressions of "{text}" do not combine ({error})', remedy, column)
            return None

    def parts(self, column: int, text: str) -> list[Literal | Param]:
        parts: list[Literal | Param] = []
        position = 0
        literal = ""
        while position < len(text):
            char = text[position]
            here = column + position
            name = _identifier.match(text, position + 1) if char == ":" else None
            if char == "{":
                end = _after_brace(text, position)
                if end is None:
                    self.fault("unbalanced_brace", "brace without its closing one", "close it with }", here)
                    return []
                param = self.braced(text[position + 1 : end - 1], here, alone=end - position == len(text))
                position = end
            elif name is not None and (literal or not parts):
                param = self.param(name[0], PLAIN, here)
                position = name.end()
                if text.startswith("<", position):
                    remedy = f"write {{{name[0]}:converter}}"
                    self.fault(
                        "invalid_param", f'converter in angle brackets after ":{name[0]}"', remedy, here, name[0]
                    )
                    return []
            elif char == ":" and position == 0:
                self.fault("empty_param", "parameter without a name", "name it, as in {id}", here)
                return []
            elif char == "}":
                self.fault("unbalanced_brace", "closing brace without its opening one", "open it with {", here)
                return []
            else:
                literal += char
                position += 1
                continue
            if literal:
                parts.append(Literal(literal))
                literal = ""
            elif parts and param is not None:
                problem = f"parameter {{{param.name}}} directly after another"
                self.fault("adjacent_params", problem, "put a literal text between them", here, param.name)
            if param is not None:
                parts.append(param)
        if literal:
            parts.append(Literal(literal))
        return parts

    def braced(self, text: str, column: int, *, alone: bool) -> Param | None:
        """What stands between braces; None when it is a wildcard or a fault."""
        name, _, converter = text.partition(":")
        if converter == "path":
            if alone:
                self.take_wildcard(name, column)
            else:
                remedy = "give it the last segment for itself"
                self.fault("wildcard_not_alone", f"wildcard {{{name}}} beside other text", remedy, column, name)
            return None
        found = self.converter(name, converter, column) if converter else PLAIN
        return self.param(name, found or PLAIN, column)

    def converter(self, name: str, spelling: str, column: int) -> Converter | None:
        if spelling.startswith("re:"):
            try:
                return Converter(spelling[3:])
            except re.error as error:
                problem = f"invalid regular expression of {{{name}}} ({error})"
                self.fault("invalid_converter", problem, "correct it", column, name)
                return None
        if spelling not in self.converters:
            remedy = did_you_mean(spelling, [*self.converters, "path", "re:..."])
            self.fault("unknown_converter", f'unknown converter "{spelling}" of {{{name}}}', remedy, column, name)
        return self.converters.get(spelling)

    def param(self, name: str, converter: Converter, column: int) -> Param | None:
        return Param(name, converter) if self.take_name(name, column) else None

    def take_wildcard(self, name: str, column: int) -> None:
        self.take_name(name, column)
        self.wildcard, self.wildcard_column = name, column

    def take_name(self, name: str, column: int) -> bool:
        if not name:
            self.fault("empty_param", "parameter without a name", "name it, as in {id}", column)
        elif not _identifier.fullmatch(name):
            remedy = "use letters, digits and underscores"
            self.fault("invalid_param", f"parameter name {{{name}}} is no identifier", remedy, column, name)
        elif name in self.names:
            remedy = "give the second one another name"
            self.fault("duplicate_param", f"duplicate parameter {{{name}}}", remedy, column, name)
        else:
            self.names.add(name)
            return True
        return False
