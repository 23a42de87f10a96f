"""Blocked imports: absent within the block, untouched after it."""

import importlib.metadata
import importlib.util
import json
import json.decoder
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from arlen_testkit.imports import import_blocker as blocked


def test_a_blocked_package_is_absent_in_every_way_to_ask() -> None:
    with blocked("json"):
        assert importlib.util.find_spec("json") is None
        with pytest.raises(ModuleNotFoundError, match="No module named 'json'") as caught:
            importlib.import_module("json.decoder")
        assert caught.value.name == "json"


def test_the_same_modules_are_back_afterwards() -> None:
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "json"}
    with blocked("json"):
        assert not before.keys() & sys.modules.keys()
    assert {name: sys.modules[name] for name in before} == before
    assert json.decoder is sys.modules["json.decoder"]


def test_a_submodule_can_be_blocked_alone() -> None:
    with blocked("json.decoder"):
        with pytest.raises(ImportError):
            from json import decoder
        assert sys.modules["json"] is json
    from json import decoder

    assert decoder is sys.modules["json.decoder"]


def test_a_name_that_merely_begins_alike_is_not_blocked() -> None:
    with blocked("jso"):
        import json as again
    assert again is json


def test_blocks_nest() -> None:
    with blocked("json"):
        with blocked("csv"):
            assert importlib.util.find_spec("json") is None
            assert importlib.util.find_spec("csv") is None
        assert importlib.util.find_spec("json") is None
        assert importlib.util.find_spec("csv") is not None
    assert importlib.util.find_spec("json") is not None


def test_other_packages_and_their_metadata_stay_visible() -> None:
    with blocked("json"):
        assert importlib.metadata.version("pytest") == pytest.__version__


def test_a_forgotten_module_meets_the_absence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "try:\n    import json as backend\nexcept ImportError:\n    backend = None\n"
    (tmp_path / "chooses_backend.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    import chooses_backend

    with blocked("json", forget=["chooses_backend"]):
        import chooses_backend as without

        assert without.backend is None
    import chooses_backend as after

    assert after is chooses_backend
    assert after.backend is json


def test_a_finder_that_was_added_within_the_block_stays() -> None:
    class Finder:
        find_spec = staticmethod(lambda name, path=None, target=None: None)

    finders = list(sys.meta_path)
    with blocked("json"):
        sys.meta_path.append(Finder)
    try:
        assert Finder in sys.meta_path
        assert [finder for finder in sys.meta_path if finder is not Finder] == finders
    finally:
        sys.meta_path.remove(Finder)


def test_the_fixture_blocks_until_the_test_ends(import_blocker: Callable[..., None]) -> None:
    import_blocker("json")
    with pytest.raises(ModuleNotFoundError):
        import json  # noqa: F401


def test_nothing_stays_blocked_for_the_next_test() -> None:
    import json as again

    assert again is json
