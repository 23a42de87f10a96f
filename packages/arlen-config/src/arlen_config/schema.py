"""What a settings class declares: its settings, and the shape that each has in a file."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from .errors import SettingsDefinitionError
from .kinds import ANYTHING, BOOLEAN, INTEGER, NUMBER, PATH, TEXT, Aliased, Bounded, Choice, Kind, Series
from .layers import Names
from .secrecy import names_address, names_secret


@dataclass(frozen=True, slots=True)
class Value:
    """One value: a scalar, or an array of scalars."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table read into a settings class."""

    type: type


@dataclass(frozen=True, slots=True)
class Tables:
    """An array of tables, each read into a settings class."""

    type: type
    build: Callable[[Iterable[object]], object]


@dataclass(frozen=True, slots=True)
class Named:
    """A table whose keys the user chooses, such as ``[databases.reporting]``."""

    item: Shape


Shape = Value | Table | Tables | Named


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a settings class."""

    field: dataclasses.Field[object]
    shape: Shape
    names: Names
    secret: bool

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def doc(self) -> str:
        return str(self.field.metadata.get("doc", ""))

    def default(self) -> object:
        """The default in code; MISSING where the setting is required."""
        factory = self.field.default_factory
        return self.field.default if factory is MISSING else factory()


Sections = Mapping[str, tuple[type[typing.Any], ...]]
"""Settings classes by the dotted table that they share; the empty name is the root table."""

NO_SECTIONS: Sections = types.MappingProxyType({})


@cache
def settings_of(settings_class: type) -> tuple[Setting, ...]:
    """The settings that the class declares, in order.

    Raises:
        SettingsDefinitionError: ``not_a_frozen_dataclass`` or ``unsupported_type``.
    """
    if not (dataclasses.is_dataclass(settings_class) and settings_class.__dataclass_params__.frozen):  # type: ignore[attr-defined]
        raise SettingsDefinitionError(
            f"{settings_class.__qualname__} cannot hold a section; declare it with @dataclass(frozen=True)",
            code="not_a_frozen_dataclass",
            details={"class": settings_class.__qualname__},
        )
    hints = typing.get_type_hints(settings_class)
    return tuple(
        _setting(settings_class, field, hints[field.name]) for field in dataclasses.fields(settings_class) if field.init
    )


def _setting(owner: type, field: dataclasses.Field[object], annotation: object) -> Setting:
    shape = _shape(annotation, field.metadata)
    if shape is None:
        raise SettingsDefinitionError(
            f"{owner.__qualname__}.{field.name}: a setting cannot be of type {annotation}; use bool, int, float, str, "
            "Path, an Enum, Literal, a frozen dataclass, or list[...], tuple[..., ...], dict[str, ...] of these",
            code="unsupported_type",
            details={"class": owner.__qualname__, "field": field.name, "type": str(annotation)},
        )
    secret = bool(field.metadata.get("secret", names_secret(field.name)))
    declared = field.metadata.get("env", ())
    own, *fallbacks = (declared,) if isinstance(declared, str) else declared or (None,)
    carries_secret = _holds_text(shape) and (secret or names_address(field.name))
    return Setting(field, shape, Names(own, tuple(fallbacks), carries_secret), secret)


def _shape(annotation: object, rules: Mapping[str, typing.Any]) -> Shape | None:
    arguments = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type(None)]
        return _shape(inner[0], rules) if len(inner) == 1 else None
    if origin in (dict, Mapping) and arguments[0] is str:
        item = _shape(arguments[1], rules)
        return Named(item) if item else None
    if origin in (list, Sequence) or (origin is tuple and arguments[1:] == (...,)):
        return _series(_shape(arguments[0], rules), list if origin is list else tuple)
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return Table(annotation)
    kind = _kind(annotation, rules)
    return Value(kind) if kind else None


def _series(item: Shape | None, build: Callable[[Iterable[object]], object]) -> Shape | None:
    match item:
        case Value(kind):
            return Value(Series(kind, build))
        case Table(settings_class):
            return Tables(settings_class, build)
        case _:
            return None


_KINDS: Mapping[object, Kind] = {
    bool: BOOLEAN,
    int: INTEGER,
    float: NUMBER,
    str: TEXT,
    Path: PATH,
    object: ANYTHING,
    typing.Any: ANYTHING,
}


def _kind(annotation: object, rules: Mapping[str, typing.Any]) -> Kind | None:
    kind = _choice(annotation, rules) or _KINDS.get(annotation)
    if kind and ("minimum" in rules or "maximum" in rules):
        kind = Bounded(kind, rules.get("minimum"), rules.get("maximum"))
    if kind and "aliases" in rules:
        kind = Aliased(kind, rules["aliases"])
    return kind


def _choice(annotation: object, rules: Mapping[str, typing.Any]) -> Kind | None:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Choice((member.value, member) for member in annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return Choice((value, value) for value in typing.get_args(annotation))
    if "choices" in rules:
        return Choice((value, value) for value in rules["choices"])
    return None


def _holds_text(shape: Shape) -> bool:
    return shape == Value(TEXT) or (isinstance(shape, Value) and getattr(shape.kind, "kind", None) is TEXT)
