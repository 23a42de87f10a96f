"""Files by their path."""

from __future__ import annotations

import os
import re

import pytest
from arlen_http import FileResponse, Request, Response
from arlen_http.ranges import RangeNotSatisfiable, single_range
from arlen_http.static import StaticFiles

BIG = os.urandom(131_072)


@pytest.fixture
def files(tmp_path):
    root = tmp_path / "public"
    (root / "docs").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / ".git").mkdir()
    (root / "app.js").write_text("let x;")
    (root / "a b.txt").write_text("space")
    (root / "big.png").write_bytes(BIG)
    (root / "docs" / "index.html").write_text("<p>")
    (root / ".hidden.txt").write_text("hidden")
    (root / ".git" / "config.txt").write_text("hidden")
    (root / "run.sh").write_text("exit")
    (root / "folder.txt").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "inside.txt").symlink_to(root / "a b.txt")
    return StaticFiles(root, cache_control="max-age=60")


@pytest.fixture
def fetch(files, answer):
    def fetch(target, *fields, method="GET", app=files):
        lines = [f"{method} {target} HTTP/1.1", "Host: a", "Connection: close", *fields, "", ""]
        head, _, body = answer(app, "\r\n".join(lines).encode()).partition(b"\r\n\r\n")
        status, *pairs = head.decode().split("\r\n")
        return int(status.split()[1]), dict(pair.split(": ", 1) for pair in pairs), body

    return fetch


def test_a_file_is_served_with_its_type_and_validators(fetch):
    status, fields, body = fetch("/app.js")
    assert (status, body) == (200, b"let x;")
    assert fields["content-type"] == "text/javascript; charset=utf-8"
    assert fields["x-content-type-options"] == "nosniff"
    assert fields["cache-control"] == "max-age=60"
    assert fields["accept-ranges"] == "bytes"
    assert re.fullmatch(r'"[0-9a-f]+-6"', fields["etag"])
    assert fields["last-modified"].endswith("GMT")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/a%20b.txt", 200),
        ("/inside.txt", 200),
        ("/docs/", 200),
        ("/docs", 301),
        ("/docs/index.html", 301),
        ("/docs/INDEX.html", 404),
        ("/missing.txt", 404),
        ("/empty/", 404),
        ("/", 404),
        ("/run.sh", 404),
        ("/docs/none", 404),
        ("/folder.txt/x.txt", 404),
        ("/../secret.txt", 404),
        ("/%2e%2e/secret.txt", 404),
        ("/docs/..%2f..%2fsecret.txt", 404),
        ("/..\\secret.txt", 404),
        ("//etc/passwd", 404),
        ("/%2Fetc/passwd", 404),
        ("/link.txt", 404),
        ("/.hidden.txt", 404),
        ("/.git/config.txt", 404),
        ("/%2egit/config.txt", 404),
        ("/a%00.txt", 400),
        ("/%ff", 400),
    ],
)
def test_only_what_is_below_the_root_and_allowed_is_served(fetch, target, status):
    found, _, body = fetch(target)
    assert found == status
    assert b"secret" not in body
    assert b"hidden" not in body


@pytest.mark.parametrize(("target", "location"), [("/docs?x=1", "/docs/?x=1"), ("/docs/index.html?x=1", "/docs/?x=1")])
def test_a_directory_has_one_address(fetch, target, location):
    status, fields, body = fetch(target)
    assert (status, fields["location"], body) == (301, location, b"moved permanently\n")


def test_a_redirect_below_a_mount_keeps_the_prefix(files):
    request = Request.build("GET", "/static/docs").replace(raw_path="/docs", root_path="/static")
    assert files.handle(request).headers["location"] == "/static/docs/"


def test_other_methods_are_not_allowed(fetch):
    status, fields, _ = fetch("/app.js", method="POST")
    assert (status, fields["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("target", ["/app.js", "/big.png"])
def test_head_tells_the_length_without_the_content(fetch, target):
    got, head = fetch(target), fetch(target, method="HEAD")
    assert head[2] == b""
    assert head[1]["content-length"] == str(len(got[2]))
    assert head[1]["etag"] == got[1]["etag"]


def test_a_large_file_arrives_whole(fetch):
    assert fetch("/big.png")[2] == BIG


def test_a_copy_that_is_still_good_is_not_sent_again(fetch):
    fields = fetch("/app.js")[1]
    etag, modified = fields["etag"], fields["last-modified"]
    assert fetch("/app.js", f"If-None-Match: {etag}")[0::2] == (304, b"")
    assert fetch("/app.js", f"If-None-Match: W/{etag}")[0] == 304
    assert fetch("/app.js", f"If-Modified-Since: {modified}")[0] == 304
    assert fetch("/app.js", 'If-None-Match: "x"', f"If-Modified-Since: {modified}")[0] == 200
    assert fetch("/app.js", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT")[0] == 200
    assert fetch("/app.js", 'If-Match: "x"')[0] == 412
    assert fetch("/app.js", f"If-Match: {etag}")[0] == 200
    assert fetch("/app.js", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT")[0] == 412


def test_a_rewritten_file_is_served_anew(fetch, files):
    etag = fetch("/app.js")[1]["etag"]
    with open(os.path.join(files.directory, "app.js"), "w") as file:
        file.write("changed!")
    status, _, body = fetch("/app.js", f"If-None-Match: {etag}")
    assert (status, body) == (200, b"changed!")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-1", range(2)),
        ("bytes=2-", range(2, 6)),
        ("bytes=-2", range(4, 6)),
        ("bytes=-99", range(6)),
        ("bytes=0-99", range(6)),
        ("bytes=3-2", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_one_range_is_understood(value, expected):
    assert single_range(value, 6) == expected


@pytest.mark.parametrize("value", ["bytes=6-", "bytes=6-7", "bytes=-0"])
def test_a_range_without_a_byte_is_not_satisfiable(value):
    with pytest.raises(RangeNotSatisfiable):
        single_range(value, 6)


def test_a_part_of_a_file_is_sent_as_206(fetch):
    status, fields, body = fetch("/big.png", "Range: bytes=10-100019")
    assert (status, body) == (206, BIG[10:100_020])
    assert fields["content-range"] == "bytes 10-100019/131072"
    status, fields, body = fetch("/app.js", "Range: bytes=9-")
    assert (status, body, fields["content-range"]) == (416, b"", "bytes */6")
    assert fetch("/app.js", "Range: bytes=0-1", 'If-Range: "x"')[0] == 200
    assert fetch("/app.js", "Range: bytes=0-1", f"If-Range: {fetch('/app.js')[1]['etag']}")[2] == b"le"


@pytest.mark.parametrize(
    ("filename", "value"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ('a"\\.txt', "attachment; filename=\"a'_.txt\"; filename*=UTF-8''a%22%5C.txt"),
        ("é.txt", "attachment; filename=\"?.txt\"; filename*=UTF-8''%C3%A9.txt"),
    ],
)
def test_a_file_can_be_offered_for_saving(filename, value):
    assert FileResponse("a.txt", filename=filename).headers["content-disposition"] == value


def test_a_file_that_is_not_there_is_a_server_error(fetch, tmp_path, caplog):
    assert fetch("/", app=lambda request: FileResponse(tmp_path / "none"))[0] == 500
    assert "FileNotFoundError" in caplog.text


def test_a_head_of_its_own_is_kept(fetch, files):
    def handle(request: Request) -> Response:
        response = FileResponse(f"{files.directory}/app.js", headers={"x-own": "1"}, content_type="text/x")
        response.constant_headers = b"x-more: 2\r\n"
        return response

    fields = fetch("/", app=handle)[1]
    assert (fields["x-own"], fields["x-more"], fields["content-type"]) == ("1", "2", "text/x")
