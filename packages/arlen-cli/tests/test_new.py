import tomllib

import pytest
from arlen_cli.scaffold.configuration import sections
from arlen_config import Config


def test_a_new_app_is_full_unless_it_is_asked_to_be_lite(arlen, here):
    ran = arlen("new", "Shop")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [f"Created full app at {here / 'Shop'}", "", "  cd Shop", "  arlen dev"]
    assert (here / "Shop/src/shop/app.py").is_file()
    assert arlen("new", "Tiny", "--lite").out.startswith(f"Created lite app at {here / 'Tiny'}\n")
    assert (here / "Tiny/app_lite.py").is_file()


@pytest.mark.parametrize("layout", ["full", "lite"])
def test_json_tells_what_was_created(arlen, here, layout):
    document = arlen("new", f"--{layout}", "--json", "Shop").json()
    files = document.pop("created_files")
    assert document == {
        "version": "arlen-cli-contracts-v1",
        "command": "new",
        "workflow": "scaffold",
        "status": "ok",
        "mode": layout,
        "app_name": "Shop",
        "app_root": str(here / "Shop"),
    }
    root = here / "Shop"
    assert files == sorted(str(path.relative_to(root).as_posix()) for path in root.rglob("*") if path.is_file())
    assert "config/app.toml" in files


def test_the_configuration_sets_every_setting_to_its_default_and_nothing_else(arlen, here):
    arlen("new", "Shop")
    written = Config.load(here / "Shop", environment="of_no_file", env={})
    for table, classes in sections().items():
        for settings_class in classes:
            assert written.section(table, settings_class) == Config.from_mapping({}).section(table, settings_class)
    written.verify()
    assert tomllib.loads((here / "Shop/config/app.toml").read_text())["port"] == 3000


def test_an_existing_file_refuses_the_whole_app_unless_it_is_forced(arlen, here):
    (here / "Shop").mkdir()
    (here / "Shop/README.md").write_text("mine")
    (here / "Shop/notes.txt").write_text("mine too")
    ran = arlen("new", "Shop", "--json")
    assert ran.status == 1
    assert ran.json()["error"]["code"] == "scaffold_failed"
    assert sorted(path.name for path in (here / "Shop").iterdir()) == ["README.md", "notes.txt"]

    ran = arlen("new", "Shop")
    assert ran.status == 1
    assert ran.err.startswith(f"arlen new: {here / 'Shop/README.md'} exists already")
    assert "arlen new Shop --force" in ran.err

    assert arlen("new", "Shop", "--force").status == 0
    assert (here / "Shop/README.md").read_text().startswith("# Shop")
    assert (here / "Shop/notes.txt").read_text() == "mine too"


def test_a_name_that_is_a_path_is_wrong_usage(arlen, here):
    ran = arlen("new", "../Shop", "--json")
    assert ran.status == 2
    assert ran.json()["error"]["code"] == "invalid_app_name"
