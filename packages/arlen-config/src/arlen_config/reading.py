"""Reading a section: the layers asked for each key, the answers judged, the mistakes collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, replace

from .errors import Fault
from .explanation import Explanation, IgnoredValue, Sourced
from .kinds import Kind, Mismatch
from .layers import NAMELESS, Candidate, Layer, Names
from .schema import Named, Setting, Shape, Table, Tables, Value, settings_of
from .secrecy import guarded, masked
from .source import BUILT_IN, Key, Origin, dotted

NO_VALUE = MISSING
"""Stands for the value of a key that has none because of a fault."""

_IGNORABLE = frozenset({(Origin.FILE, "unknown_choice")})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is looked up: its key, the layers to ask (highest precedence first), its variables."""

    key: Key
    layers: tuple[Layer, ...]
    names: Names = NAMELESS
    secret: bool = False
    around: tuple[str, ...] = ()
    """The named tables around this place; each one adds its name to the variables of the settings inside."""

    def candidates(self) -> Iterator[Candidate]:
        for layer in self.layers:
            yield from layer.candidates(self.key, self.names)

    def setting(self, setting: Setting) -> Place:
        names = setting.names
        for table in self.around:
            names = names.within(table)
        return replace(self, key=(*self.key, setting.name), names=names, secret=setting.secret)

    def member(self, name: str) -> Place:
        return replace(self, key=(*self.key, name), names=self.names.within(name), around=(*self.around, name))

    def element(self, index: int, layer: Layer) -> Place:
        return Place((*self.key, index), (layer,), secret=self.secret)

    def members(self, defaults: Iterable[str]) -> list[str]:
        """The names in the table here, defaults and lowest layer first."""
        names = list(defaults)
        for layer in reversed(self.layers):
            names += layer.members(self.key, names)
        return names


@dataclass(slots=True)
class Reading:
    """What reading sections has brought to light so far."""

    strict: bool
    faults: list[Fault] = field(default_factory=list)
    ignored: list[IgnoredValue] = field(default_factory=list)
    explanations: dict[Key, Explanation] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)
    """The keys that have been asked for, tables not included."""
    tables: set[Key] = field(default_factory=set)

    def read(self, shape: Shape, place: Place, default: object) -> object:
        """The value at the place, or NO_VALUE, with its faults collected."""
        match shape:
            case Value(kind):
                return self._value(kind, place, default)
            case Table(settings_class):
                return self._table(settings_class, place, default)
            case Tables():
                return self._array(shape, place, default)
            case Named(item):
                return self._named(item, place, default)

    def _value(self, kind: Kind, place: Place, default: object) -> object:
        self.keys.add(place.key)
        found: list[Sourced] = []
        for candidate in place.candidates():
            shadowed = found and candidate.source.origin is Origin.ENVIRONMENT
            value = _unjudged(candidate) if shadowed else self._parsed(kind, candidate, place)
            if value is not NO_VALUE:
                found.append(Sourced(guarded(value, secret=place.secret), candidate.source))
        return self._settle(found, place, default)

    def _parsed(self, kind: Kind, candidate: Candidate, place: Place) -> object:
        if isinstance(candidate.value, Fault):
            self.faults.append(candidate.value)
            return NO_VALUE
        parse = kind.parse_text if candidate.source.origin is Origin.ENVIRONMENT else kind.parse
        try:
            return parse(candidate.value)  # type: ignore[arg-type]
        except Mismatch as mismatch:
            self._refuse(candidate, place, mismatch.code, kind.wanted)
        return NO_VALUE

    def _settle(self, found: list[Sourced], place: Place, default: object) -> object:
        """The winner of what was found; the default stands below all layers."""
        if default is not MISSING:
            found = [*found, Sourced(default, BUILT_IN)]
        if not found:
            self._miss(place)
            return NO_VALUE
        winner, *shadowed = found
        self.explanations[place.key] = Explanation(
            dotted(place.key), winner.value, winner.source, tuple(shadowed), place.secret
        )
        return winner.value

    def _table(self, settings_class: type, place: Place, default: object) -> object:
        if default is None:
            return self._optional_table(settings_class, place)
        self.tables.add(place.key)
        for candidate in place.candidates():
            if not isinstance(candidate.value, Mapping):
                self._refuse(candidate, place, "wrong_type", "a table")
        values = {
            setting.name: self.read(
                setting.shape,
                place.setting(setting),
                setting.default() if default is MISSING else getattr(default, setting.name),
            )
            for setting in settings_of(settings_class)
        }
        if any(value is NO_VALUE for value in values.values()):
            return NO_VALUE
        try:
            return settings_class(**values)
        except ValueError as error:
            name = f"[{dotted(place.key)}]" if place.key else "The root table"
            self.faults.append(Fault("invalid_section", f"{name} is refused: {error}", dotted(place.key)))
        return NO_VALUE

    def _optional_table(self, settings_class: type, place: Place) -> object:
        """The table where some layer has a part of it, else None."""
        inside = Reading(self.strict)
        value = inside._table(settings_class, place, MISSING)
        self.keys |= inside.keys
        self.tables |= inside.tables
        mentioned = any(True for _ in place.candidates()) or any(
            explanation.source is not BUILT_IN for explanation in inside.explanations.values()
        )
        if not mentioned and not inside.ignored:
            return self._settle([], place, None)
        self.faults += inside.faults
        self.ignored += inside.ignored
        self.explanations |= inside.explanations
        return value

    def _array(self, shape: Tables, place: Place, default: object) -> object:
        self.tables.add(place.key)
        found: list[Sourced] = []
        for layer in place.layers:
            for candidate in layer.candidates(place.key, place.names):
                items = candidate.value
                if not (isinstance(items, (list, tuple)) and all(isinstance(item, Mapping) for item in items)):
                    self._refuse(candidate, place, "wrong_type", "an array of tables")
                    continue
                values = self._elements(shape.type, place, layer, len(items))
                if NO_VALUE not in values:
                    found.append(Sourced(shape.build(values), candidate.source))
        return self._settle(found, place, default)

    def _elements(self, settings_class: type, place: Place, layer: Layer, count: int) -> list[object]:
        apart = replace(self, explanations={})
        return [apart._table(settings_class, place.element(index, layer), MISSING) for index in range(count)]

    def _named(self, item: Shape, place: Place, default: object) -> object:
        self.tables.add(place.key)
        for candidate in place.candidates():
            if not isinstance(candidate.value, Mapping):
                self._refuse(candidate, place, "wrong_type", "a table")
        defaults = default if isinstance(default, Mapping) else {}
        names = place.members(defaults)
        if default is None and not names:
            return None
        values = {name: self.read(item, place.member(name), defaults.get(name, MISSING)) for name in names}
        return NO_VALUE if NO_VALUE in values.values() else values

    def _refuse(self, candidate: Candidate, place: Place, code: str, wanted: str) -> None:
        source, key = candidate.source, dotted(place.key)
        shown = masked(candidate.value, secret=place.secret)
        lenient = source.origin is Origin.ENVIRONMENT or (source.origin, code) in _IGNORABLE
        if lenient and not self.strict:
            self.ignored.append(IgnoredValue(key, shown, source, f"expected {wanted}"))
            return
        self.faults.append(
            Fault(code, f"{source}: {key} is {shown!r}; expected {wanted}", key, source.path, source.line)
        )

    def _miss(self, place: Place) -> None:
        key = dotted(place.key)
        if any(fault.key == key for fault in self.faults):
            return
        variable = f" or {place.names.own} in the environment" if place.names.own else ""
        self.faults.append(Fault("missing_value", f"{key} has no value; set it in config/app.toml{variable}", key))


def _unjudged(candidate: Candidate) -> object:
    """What a shadowed variable holds, malformed or not; NO_VALUE where that cannot be read."""
    return NO_VALUE if isinstance(candidate.value, Fault) else candidate.value
