import pytest
from arlen_cli import ArlenCLIError
from arlen_cli.discovery import discover


def test_the_option_wins_over_the_environment_over_pyproject_over_the_lite_file(tmp_path):
    (tmp_path / "app_lite.py").touch()
    found = [discover(tmp_path, {})]
    (tmp_path / "pyproject.toml").write_text('[tool.arlen]\napp = "shop.app:app"\n')
    found.append(discover(tmp_path, {}))
    found.append(discover(tmp_path, {"ARLEN_APP": "other.main"}))
    found.append(discover(tmp_path, {"ARLEN_APP": "other.main"}, "third.web:create_app"))
    assert [(str(target), target.source) for target in found] == [
        ("app_lite:app", "app_lite.py"),
        ("shop.app:app", "pyproject.toml"),
        ("other.main:app", "ARLEN_APP"),
        ("third.web:create_app", "--app"),
    ]


def test_without_an_application_the_error_lists_every_place_that_was_searched(tmp_path):
    with pytest.raises(ArlenCLIError) as caught:
        discover(tmp_path, {})
    assert caught.value.code == "app_not_found"
    assert caught.value.exit_status == 1
    for place in ("--app", "ARLEN_APP", str(tmp_path / "pyproject.toml"), str(tmp_path / "app_lite.py")):
        assert place in str(caught.value)
    assert caught.value.fixit.example == "arlen new Shop"


def test_a_pyproject_that_names_no_application_is_told_from_one_that_is_missing(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    with pytest.raises(ArlenCLIError, match=r"pyproject\.toml has no \[tool\.arlen\] app"):
        discover(tmp_path, {})


@pytest.mark.parametrize("text", ["shop/app.py", "shop:app:other", ":app", "shop.:app", "shop:a b"])
def test_a_name_that_cannot_be_imported_is_refused(tmp_path, text):
    with pytest.raises(ArlenCLIError) as caught:
        discover(tmp_path, {}, text)
    assert caught.value.code == "invalid_app_target"


def test_broken_toml_is_told_with_its_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.arlen\n")
    with pytest.raises(ArlenCLIError, match=r"pyproject\.toml is not valid TOML: .*line 1") as caught:
        discover(tmp_path, {})
    assert caught.value.code == "invalid_toml"


def test_the_source_directory_goes_before_the_root(tmp_path):
    assert discover(tmp_path, {}, "shop").import_path == (str(tmp_path),)
    (tmp_path / "src").mkdir()
    assert discover(tmp_path, {}, "shop").import_path == (str(tmp_path / "src"), str(tmp_path))
