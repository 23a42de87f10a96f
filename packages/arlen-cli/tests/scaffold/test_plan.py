import ast
import re
import tomllib

import pytest
from arlen_cli.scaffold import AppName, Layout, ScaffoldError, plan, refuse_conflicts, write

NAME = AppName.parse("OnlineShop")

FULL = {
    ".gitignore",
    "README.md",
    "config/app.toml",
    "config/environments/development.toml",
    "config/environments/production.toml",
    "config/environments/test.toml",
    "db/migrations/.gitkeep",
    "public/app.css",
    "public/health.txt",
    "public/icon.svg",
    "pyproject.toml",
    "src/online_shop/__init__.py",
    "src/online_shop/app.py",
    "src/online_shop/controllers/__init__.py",
    "src/online_shop/controllers/home.py",
    "src/online_shop/models/__init__.py",
    "src/online_shop/plugins/__init__.py",
    "src/online_shop/py.typed",
    "templates/index.html",
    "templates/layouts/main.html",
    "templates/partials/.gitkeep",
    "tests/test_home.py",
}
LITE = {
    ".gitignore",
    "README.md",
    "app_lite.py",
    "config/app.toml",
    "config/environments/.gitkeep",
    "db/migrations/.gitkeep",
    "public/health.txt",
    "pyproject.toml",
    "templates/index.html",
    "tests/test_home.py",
}


@pytest.mark.parametrize(("layout", "paths"), [(Layout.FULL, FULL), (Layout.LITE, LITE)])
def test_a_layout_is_exactly_these_files_in_order(layout, paths):
    planned = [str(file.path) for file in plan(NAME, layout, "port = 3000\n")]
    assert planned == sorted(planned)
    assert set(planned) == paths


@pytest.mark.parametrize("layout", Layout)
def test_no_placeholder_is_left_and_every_file_can_be_read_by_its_own_language(layout):
    for file in plan(NAME, layout, "port = 3000\n"):
        assert not re.search(r"<<\w+>>|__package__", f"{file.path}{file.content}")
        if file.path.suffix == ".py":
            ast.parse(file.content)
        if file.path.suffix == ".toml":
            tomllib.loads(file.content)


@pytest.mark.parametrize(("layout", "app"), [(Layout.FULL, "online_shop.app:app"), (Layout.LITE, "app_lite:app")])
def test_the_project_names_itself_and_its_application(layout, app):
    files = {str(file.path): file.content for file in plan(NAME, layout, "port = 3000\n")}
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == "online-shop"
    assert project["tool"]["arlen"]["app"] == app
    assert any(marker.startswith("integration:") for marker in project["tool"]["pytest"]["ini_options"]["markers"])
    assert files["config/app.toml"] == "port = 3000\n"


def test_when_one_file_exists_all_are_refused_and_it_is_named(tmp_path):
    planned = plan(NAME, Layout.LITE, "")
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(ScaffoldError, match=r"README\.md exists already") as caught:
        refuse_conflicts(tmp_path, planned)
    assert caught.value.code == "scaffold_failed"
    assert caught.value.details == {"existing": [str(tmp_path / "README.md")]}
    assert "--force" in caught.value.fixit.example


def test_writing_replaces_planned_files_and_leaves_foreign_ones_alone(tmp_path):
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine too")
    write(tmp_path, plan(NAME, Layout.LITE, ""))
    assert (tmp_path / "README.md").read_text().startswith("# OnlineShop")
    assert (tmp_path / "notes.txt").read_text() == "mine too"
    assert (tmp_path / "public/health.txt").read_text() == "ok\n"


def test_a_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "Shop").write_text("a file")
    with pytest.raises(ScaffoldError, match="cannot write") as caught:
        write(tmp_path / "Shop", plan(NAME, Layout.LITE, ""))
    assert caught.value.code == "scaffold_failed"
