"""The defaults of settings classes as TOML text: what a new application finds in its config/app.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field

from .plain import plain
from .schema import Named, Sections, Setting, Shape, Table, Tables, Value, settings_of
from .source import split

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(slots=True)
class _Block:
    """One table of the text: its comment, and its lines under their keys."""

    comment: list[str] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)


def render_defaults(sections: Sections) -> str:
    """TOML 1.0 text that sets every setting of the sections to its default, under its ``doc`` as a comment.

    ``sections`` are the settings classes by dotted table; the empty name is the root table. A setting without a default
    stands commented out, with what it wants.

    Raises:
        SettingsDefinitionError: a class cannot be read from a configuration.
    """
    blocks: dict[tuple[str, ...], _Block] = {(): _Block()}
    for table, classes in sections.items():
        for settings_class in classes:
            _add_table(blocks, split(table), settings_class, MISSING)
    return "\n".join(text for key, block in blocks.items() if (text := _block_text(key, block)))


def _add_table(
    blocks: dict[tuple[str, ...], _Block], key: tuple[str, ...], settings_class: type, defaults: object
) -> None:
    blocks.setdefault(key, _Block())
    for setting in settings_of(settings_class):
        default = setting.default() if defaults is MISSING else getattr(defaults, setting.name)
        _add(blocks, key, setting, default)


def _add(blocks: dict[tuple[str, ...], _Block], key: tuple[str, ...], setting: Setting, default: object) -> None:
    inner = (*key, setting.name)
    comment = [f"# {line}".rstrip() for line in setting.doc.splitlines()]
    match setting.shape:
        case Table(settings_class) if default is not None:
            blocks.setdefault(inner, _Block(comment))
            _add_table(blocks, inner, settings_class, default)
        case Named() if default is not None and default is not MISSING:
            blocks.setdefault(inner, _Block(comment, dict(_assignments(default))))
        case Value() | Tables() | Table() | Named() as shape:
            lines = [*comment, _assignment(setting.name, shape, default)]
            blocks[key].lines.setdefault(setting.name, lines)


def _assignments(members: object) -> Iterator[tuple[str, list[str]]]:
    assert isinstance(members, Mapping)
    for name, value in members.items():
        yield name, [f"{_key(name)} = {_toml(plain(value, secret=False, reveal=True))}"]


def _assignment(name: str, shape: Shape, default: object) -> str:
    if default is None or default is MISSING:
        return f"# {_key(name)} = <{_wanted(shape)}>"
    return f"{_key(name)} = {_toml(plain(default, secret=False, reveal=True))}"


def _wanted(shape: Shape) -> str:
    match shape:
        case Value(kind):
            return kind.wanted
        case Tables():
            return "an array of tables"
        case Table() | Named():
            return "a table"


def _block_text(key: tuple[str, ...], block: _Block) -> str:
    header = [f"[{'.'.join(map(_key, key))}]"] if key and block.lines else []
    lines = [line for entry in block.lines.values() for line in entry]
    return "".join(f"{line}\n" for line in [*block.comment, *header, *lines])


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    """A TOML basic string: JSON's, but DEL is a control character too."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml(value: object) -> str:
    match value:
        case str():
            return _string(value)
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            pairs = (f"{_key(name)} = {_toml(item)}" for name, item in value.items() if item is not None)
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
        case _:
            return str(value)
