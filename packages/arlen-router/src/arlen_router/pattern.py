"""Route patterns: what a path template means, and how to turn it into a path again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import TypeAlias

from ._value import Value
from .converters import PLAIN, Converter, known_converters
from .errors import PatternError, RouteBuildError
from .paths import encode_segment, split


class Kind(IntEnum):
    """How closely a segment describes what it matches; the smaller, the closer."""

    LITERAL = 0
    CONVERTED = 1
    PLAIN = 2
    WILDCARD = 3


class Literal(Value):
    """The segment that is exactly this (decoded) text."""

    __slots__ = ("text",)

    kind = Kind.LITERAL
    names: tuple[str, ...] = ()

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def shape(self) -> object:
        return self.text

    def capture(self, text: str) -> tuple[object, ...] | None:
        return () if text == self.text else None

    def write(self, values: Mapping[str, object]) -> str:
        return self.text


class Param(Value):
    """A whole segment that is one parameter: ``{id}`` or ``{id:int}``."""

    __slots__ = ("converter", "name")

    def __init__(self, name: str, converter: Converter = PLAIN) -> None:
        self.name = name
        self.converter = converter

    @property
    def kind(self) -> Kind:
        return Kind.PLAIN if self.converter is PLAIN else Kind.CONVERTED

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def shape(self) -> object:
        return self.converter

    def capture(self, text: str) -> tuple[object, ...] | None:
        if not text or self.converter.fullmatch(text) is None:
            return None
        try:
            return (self.converter.convert(text),)
        except ValueError:
            return None

    def write(self, values: Mapping[str, object]) -> str:
        value = values[self.name]
        try:
            return self.converter.write(value)
        except (ValueError, TypeError):
            raise RouteBuildError(
                f"parameter {{{self.name}}} refuses {value!r}; give a value that matches {self.converter.regex}",
                code="refused_param",
                details={"param": self.name, "value": value},
            ) from None


class Mixed(Value):
    """Literal texts and parameters in one segment: ``v{major}`` or ``{name}.{ext}``; the left parameter takes most."""

    __slots__ = ("parts", "regex")

    kind = Kind.CONVERTED

    def __init__(self, parts: tuple[Literal | Param, ...]) -> None:
        """Raises ``re.error`` when the parameters' expressions cannot stand beside each other."""
        sources = (
            f"(?P<{part.name}>{part.converter.regex})" if isinstance(part, Param) else re.escape(part.text)
            for part in parts
        )
        self.parts = parts
        self.regex = re.compile("".join(sources))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for part in self.parts for name in part.names)

    @property
    def shape(self) -> object:
        return tuple(part.shape for part in self.parts)

    def capture(self, text: str) -> tuple[object, ...] | None:
        found = self.regex.fullmatch(text)
        if found is None:
            return None
        try:
            return tuple(part.converter.convert(found[part.name]) for part in self.parts if isinstance(part, Param))
        except ValueError:
            return None

    def write(self, values: Mapping[str, object]) -> str:
        texts = [part.write(values) for part in self.parts]
        found = self.regex.fullmatch("".join(texts))
        for part, text in zip(self.parts, texts, strict=True):
            if isinstance(part, Param) and (found is None or found[part.name] != text):
                raise RouteBuildError(
                    f"parameter {{{part.name}}} would be read differently from {text!r}; it shares its segment with "
                    f"other text, so give a value without that text",
                    code="refused_param",
                    details={"param": part.name, "value": values[part.name]},
                )
        return "".join(texts)


Segment: TypeAlias = Literal | Param | Mixed


class Pattern:
    """A parsed path template such as ``/users/{id:int}`` or ``/files/{rest:path}``.

    ``{id}`` and ``:id`` are the same, and so are ``{rest:path}`` and ``*rest`` (a bare ``*`` is named ``wildcard``).
    Doubled slashes of the template collapse; ``segments`` are what a path needs, ``wildcard`` names what takes the
    rest (or is None), ``names`` are all parameters in order of appearance, and ``trailing_slash`` tells how the
    template was written.
    """

    __slots__ = ("names", "segments", "template", "trailing_slash", "wildcard")

    def __init__(
        self, template: str, segments: tuple[Segment, ...], wildcard: str | None = None, *, trailing_slash: bool = False
    ) -> None:
        self.template = template
        self.segments = segments
        self.wildcard = wildcard
        self.trailing_slash = trailing_slash
        captured = tuple(name for segment in segments for name in segment.names)
        self.names = captured if wildcard is None else (*captured, wildcard)

    @classmethod
    def parse(cls, template: str, converters: Mapping[str, Converter] | None = None) -> Pattern:
        """The pattern that a template means; ``converters`` are known beside the registered and built-in ones.

        Raises:
            PatternError: the first fault of the template, with its column.
        """
        from .template import read

        pattern, faults = read(template, known_converters(converters or {}))
        if faults:
            raise PatternError(faults[0])
        return pattern

    def without_trailing_slash(self) -> Pattern:
        """The same pattern where a trailing slash means nothing."""
        if not self.trailing_slash:
            return self
        return Pattern(self.template.rstrip("/"), self.segments, self.wildcard)

    @property
    def indexed_segments(self) -> tuple[Segment, ...]:
        """The segments of a path that fits: a trailing slash that means something is one more, and empty."""
        return (*self.segments, Literal("")) if self.trailing_slash else self.segments

    @property
    def shape(self) -> tuple[object, ...]:
        """What two patterns have in common when they fit the same paths, whatever their parameters are called."""
        return (self.wildcard is not None, *(segment.shape for segment in self.indexed_segments))

    @property
    def kind(self) -> Kind:
        """The kind of the loosest segment."""
        if self.wildcard is not None:
            return Kind.WILDCARD
        return max((segment.kind for segment in self.segments), default=Kind.LITERAL)

    def match(self, path: str) -> dict[str, object] | None:
        """The parameters of a raw request path, or None; slashes at either end of the path mean nothing.

        Raises:
            PathError: the path cannot be decoded.
        """
        return self.capture(split(path.strip("/")))

    def capture(self, texts: list[str]) -> dict[str, object] | None:
        """The parameters of a path that is already split and decoded, or None."""
        count = len(self.segments)
        if len(texts) < count or (self.wildcard is None and len(texts) > count):
            return None
        values: list[object] = []
        for segment, text in zip(self.segments, texts, strict=False):
            captured = segment.capture(text)
            if captured is None:
                return None
            values += captured
        if self.wildcard is not None:
            values.append("/".join(texts[count:]))
        return dict(zip(self.names, values, strict=True))

    def build(self, /, **params: object) -> str:
        """The path for these parameters, percent-encoded (RFC 3986 section 3.3); parameters of other names are ignored.

        Raises:
            RouteBuildError: code ``missing_param``, or ``refused_param`` for a value that its converter refuses.
        """
        for name in self.names:
            if name not in params:
                raise RouteBuildError(
                    f'parameter {{{name}}} of "{self.template}" is missing; give {name}=...',
                    code="missing_param",
                    details={"template": self.template, "param": name},
                )
        texts = [encode_segment(segment.write(params)) for segment in self.segments]
        if self.wildcard is not None:
            texts += [encode_segment(text) for text in str(params[self.wildcard]).split("/")]
        path = "/" + "/".join(texts)
        return path + "/" if self.trailing_slash else path

    def __repr__(self) -> str:
        return f"Pattern({self.template!r})"
