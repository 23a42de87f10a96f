"""What a setting of each type accepts, from a file and from a variable."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import field, make_dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from arlen_config import Config, ConfigError, SettingsDefinitionError


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


def settings(annotation, **metadata):
    return make_dataclass("Settings", [("key", annotation, field(default=None, metadata=metadata))], frozen=True)


LOG_LEVEL = {"choices": ("debug", "info"), "aliases": {"verbose": "debug"}}
PORT = {"minimum": 0, "maximum": 65535}


@pytest.mark.parametrize(
    ("annotation", "metadata", "written", "value"),
    [
        (int, {}, 7, 7),
        (int, {}, "7", 7),
        (int, {}, " -7 ", -7),
        (int, PORT, 65535, 65535),
        (bool, {}, True, True),
        (bool, {}, "off", False),
        (float, {}, 1.5, 1.5),
        (float, {}, 2, 2.0),
        (float, {}, "2.5", 2.5),
        (float, {"minimum": 0}, 0.0, 0.0),
        (str, {}, "", ""),
        (Path, {}, "a/b", Path("a/b")),
        (Path, {}, Path("a/b"), Path("a/b")),
        (int | None, {}, 3, 3),
        (str, LOG_LEVEL, "INFO", "info"),
        (str, LOG_LEVEL, "Verbose", "debug"),
        (int, {"aliases": {"auto": 0}}, "auto", 0),
        (Literal["Lax", "Strict"], {}, "strict", "Strict"),
        (Literal[1, 2], {}, 2, 2),
        (Color, {}, "blue", Color.BLUE),
        (Level, {}, 2, Level.HIGH),
        (Level, {}, "2", Level.HIGH),
        (list[int], {}, [1, "2"], [1, 2]),
        (tuple[str, ...], {}, ["a"], ("a",)),
        (Sequence[Color], {}, ["red", "blue"], (Color.RED, Color.BLUE)),
        (tuple[int, ...], {"maximum": 9}, [9, 1], (9, 1)),
        (tuple[tuple[int, ...], ...], {}, [[1, 2], []], ((1, 2), ())),
        (dict[str, int], {}, {"a": 1, "b": "2"}, {"a": 1, "b": 2}),
        (Mapping[str, str], {}, {"x-y": "z"}, {"x-y": "z"}),
        (dict[str, Any], {}, {"a": {"b": [1]}}, {"a": {"b": [1]}}),
        (object, {}, 1.5, 1.5),
    ],
)
def test_a_file_gives_the_value_in_its_type(annotation, metadata, written, value):
    read = Config.from_mapping({"table": {"key": written}}).section("table", settings(annotation, **metadata)).key
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("annotation", "metadata", "written", "code", "told"),
    [
        (int, {}, "seven", "wrong_type", "table.key is 'seven'; expected an integer"),
        (int, {}, True, "wrong_type", "table.key is True; expected an integer"),
        (int, {}, 1.5, "wrong_type", "table.key is 1.5; expected an integer"),
        (int, {}, "1_000", "wrong_type", "table.key is '1_000'; expected an integer"),
        (int, {}, "٣", "wrong_type", "table.key is '٣'; expected an integer"),
        (int, PORT, 65536, "out_of_range", "table.key is 65536; expected an integer from 0 to 65535"),
        (int, {"minimum": 1}, 0, "out_of_range", "table.key is 0; expected an integer of at least 1"),
        (float, {"maximum": 1}, 1.5, "out_of_range", "table.key is 1.5; expected a number of at most 1"),
        (float, {"minimum": 0}, "nan", "out_of_range", "table.key is 'nan'; expected a number of at least 0"),
        (bool, {}, 1, "wrong_type", "table.key is 1; expected a boolean (true or false)"),
        (bool, {}, "maybe", "wrong_type", "table.key is 'maybe'; expected a boolean (true or false)"),
        (str, {}, 5, "wrong_type", "table.key is 5; expected a string"),
        (Path, {}, 5, "wrong_type", "table.key is 5; expected a path"),
        (Color, {}, True, "wrong_type", "table.key is True; expected one of red, blue"),
        (tuple[str, ...], {}, "a,b", "wrong_type", "table.key is 'a,b'; expected an array, each item a string"),
        (tuple[int, ...], {}, [1, "x"], "wrong_type", "table.key is [1, 'x']; expected an array, each item an integer"),
        (dict[str, int], {}, 5, "wrong_type", "table.key is 5; expected a table"),
        (dict[str, int], {}, {"a": "x"}, "wrong_type", "table.key.a is 'x'; expected an integer"),
    ],
)
def test_a_wrong_value_in_a_file_is_an_error_that_says_what_to_write(annotation, metadata, written, code, told):
    with pytest.raises(ConfigError) as caught:
        Config.from_mapping({"table": {"key": written}}).section("table", settings(annotation, **metadata))
    assert str(caught.value) == f"the given mapping: {told}"
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("annotation", "metadata", "text", "value"),
    [
        (int, {}, "7", 7),
        (bool, {}, " TRUE ", True),
        (bool, {}, "on", True),
        (bool, {}, "yes", True),
        (bool, {}, "1", True),
        (bool, {}, "No", False),
        (bool, {}, "off", False),
        (bool, {}, "0", False),
        (bool, {}, "false", False),
        (float, {}, "0.5", 0.5),
        (str, {}, "true", "true"),
        (str, {}, " kept ", " kept "),
        (Path, {}, "/srv", Path("/srv")),
        (Color, {}, "RED", Color.RED),
        (str, LOG_LEVEL, "VERBOSE", "debug"),
        (tuple[str, ...], {}, "a, b,,c ", ("a", "b", "c")),
        (list[int], {}, "1,2", [1, 2]),
        (tuple[Color, ...], {}, "red,blue", (Color.RED, Color.BLUE)),
    ],
)
def test_a_variable_gives_the_value_in_its_type(tmp_path, annotation, metadata, text, value):
    declared = settings(annotation, env="ARLEN_KEY", **metadata)
    for name in ("ARLEN_KEY", "ARLEN__TABLE__KEY"):
        read = Config.load(tmp_path, env={name: text}).section("table", declared).key
        assert read == value
        assert type(read) is type(value)


@pytest.mark.parametrize("annotation", [set[int], int | str, dict[int, str], tuple[int, int], complex, list])
def test_a_type_that_no_file_can_hold_is_refused_by_name(annotation):
    with pytest.raises(SettingsDefinitionError, match=r"Settings\.key: a setting cannot be of type") as caught:
        Config.from_mapping({}).section("table", settings(annotation))
    assert caught.value.code == "unsupported_type"


@pytest.mark.parametrize("declared", [make_dataclass("Open", ["key"]), str])
def test_a_section_is_a_frozen_dataclass(declared):
    with pytest.raises(SettingsDefinitionError, match="declare it with @dataclass") as caught:
        Config.from_mapping({}).section("table", declared)
    assert caught.value.code == "not_a_frozen_dataclass"
