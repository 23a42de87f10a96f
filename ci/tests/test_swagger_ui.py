"""Swagger UI is shipped as it was released: packed, with its licence, and never another archive."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from ci import swagger_ui


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "release.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name in (*swagger_ui.PACKED, *swagger_ui.PLAIN):
            content = f"this is {name}".encode()
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def test_scripts_are_packed_and_licences_are_not(archive):
    files = swagger_ui.shipped(archive)
    assert gzip.decompress(files["swagger-ui-bundle.js.gz"]) == b"this is swagger-ui-bundle.js"
    assert files["LICENSE"] == b"this is LICENSE"
    assert files["VERSION"].decode().strip() == swagger_ui.VERSION


def test_packing_twice_gives_the_same_bytes(archive):
    assert swagger_ui.shipped(archive) == swagger_ui.shipped(archive)


@pytest.mark.parametrize(("level", "content", "same"), [(9, b"a", True), (1, b"a", True), (9, b"b", False)])
def test_files_are_compared_unpacked(tmp_path, level, content, same):
    path = tmp_path / "x.js.gz"
    path.write_bytes(gzip.compress(content, level))
    assert swagger_ui.same(path, gzip.compress(b"a", 9, mtime=0)) is same
    assert not swagger_ui.same(tmp_path / "missing", b"")


def test_the_package_ships_every_file_of_the_release():
    names = {*(f"{name}.gz" for name in swagger_ui.PACKED), *swagger_ui.PLAIN, "VERSION"}
    assert {path.name for path in swagger_ui.TARGET.iterdir()} == names
    assert (swagger_ui.TARGET / "VERSION").read_text().strip() == swagger_ui.VERSION


def test_another_archive_is_refused(tmp_path, monkeypatch):
    program = tmp_path / "npm"
    program.write_text("#!/bin/sh\necho other > other.tgz\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SystemExit, match=r"other\.tgz has the SHA-512 "):
        swagger_ui.fetch(tmp_path)
