import ast
import importlib
import subprocess
import sys
from pathlib import Path

import arlen
import pytest

SOURCE = ast.parse(Path(arlen.__file__).read_text(encoding="utf-8"))


def names_for_type_checkers():
    block = next(node for node in SOURCE.body if isinstance(node, ast.If))
    return {
        alias.name: f"arlen.{node.module}" if node.level else node.module for node in block.body for alias in node.names
    }


def test_type_checkers_and_the_interpreter_find_every_name_in_the_same_place():
    assert names_for_type_checkers() == arlen._HOME_OF
    assert sorted(arlen.__all__) == sorted(arlen._HOME_OF)


@pytest.mark.parametrize("name", arlen.__all__)
def test_every_name_is_the_one_of_its_home(name):
    assert getattr(arlen, name) is getattr(importlib.import_module(arlen._HOME_OF[name]), name)
    assert name in dir(arlen)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Aplication"):
        arlen.Aplication  # noqa: B018


def test_importing_arlen_imports_none_of_its_rooms():
    code = "import sys, arlen; print([name for name in sys.modules if name.startswith('arlen_') or name == 'asyncio'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
