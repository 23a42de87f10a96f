from pathlib import Path

import pytest
from arlen_data import Database, InvalidArgumentError, Location


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///db/app.sqlite3", "/srv/shop/db/app.sqlite3"),
        ("sqlite:////var/lib/shop.sqlite3", "/var/lib/shop.sqlite3"),
        ("SQLite:///app.db", "/srv/shop/app.db"),
        ("app.db", "/srv/shop/app.db"),
        ("/var/lib/shop.db", "/var/lib/shop.db"),
        (Path("a=b.db"), "/srv/shop/a=b.db"),
    ],
)
def test_a_relative_database_starts_at_the_root_and_an_absolute_one_does_not(url, path):
    assert Location.parse(url, root="/srv/shop").path == Path(path)


@pytest.mark.parametrize("url", ["sqlite://:memory:", ":memory:"])
def test_memory_has_no_path_and_is_always_there(url):
    location = Location.parse(url)
    assert location.path is None
    assert location.exists()


def test_without_a_root_the_working_directory_is_fixed_when_the_location_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    location = Location.parse("app.db")
    monkeypatch.chdir("/")
    assert location.path == tmp_path / "app.db"
    assert not location.exists()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://shop:hunter2@db/shop",
        "sqlite://relative/hunter2.db",
        "sqlite:///",
        "sqlite:///app.db?key=hunter2",
        "",
    ],
)
def test_a_url_that_cannot_be_opened_says_what_can_be_and_keeps_its_secrets(url):
    with pytest.raises(InvalidArgumentError, match=r"sqlite:///relative/path") as caught:
        Database.open(url)
    assert caught.value.code == "unsupported_url"
    assert "hunter2" not in f"{caught.value} {caught.value.details}"


def test_a_database_can_be_made_below_a_directory_and_not_below_a_file(tmp_path):
    tmp_path.joinpath("file").write_text("")
    assert Location.parse("a/b/app.db", root=tmp_path).can_be_made()
    assert not Location.parse("file/b/app.db", root=tmp_path).can_be_made()
    assert Location.parse(":memory:").can_be_made()
