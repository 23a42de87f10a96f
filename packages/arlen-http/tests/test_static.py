"""Files by their path."""

from __future__ import annotations

import io
import os
import re

import pytest
from arlen_http import FileResponse, Request, Response, accel_redirect, system
from arlen_http.files.media_types import media_type
from arlen_http.files.open_files import OpenFiles, shared_files
from arlen_http.files.ranges import RangeNotSatisfiable, byte_ranges
from arlen_http.static import HASHED_NAMES, StaticFiles
from hypothesis import given
from hypothesis import strategies as st

BIG = os.urandom(131_072)


@pytest.fixture(params=[64, 0], ids=["kept open", "opened anew"], autouse=True)
def capacity(request):
    shared_files.reset(request.param)
    yield request.param
    shared_files.reset(64)


@pytest.fixture
def files(tmp_path):
    root = tmp_path / "public"
    (root / "docs").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "docs" / ".x").mkdir()
    (root / "docs" / ".x" / "a.txt").write_text("hidden")
    (root / "docs" / ".a.txt").write_text("hidden")
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
def fetch(files, answer, capacity):
    def fetch(target, *fields, method="GET", app=files):
        lines = [f"{method} {target} HTTP/1.1", "Host: a", "Connection: close", *fields, "", ""]
        settings = {"static_file_fd_cache_capacity": capacity}
        head, _, body = answer(app, "\r\n".join(lines).encode(), **settings).partition(b"\r\n\r\n")
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
        ("/docs/.x/a.txt", 404),
        ("/docs/.a.txt", 404),
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
        ("bytes=0-1", [range(2)]),
        ("Bytes = 2-", [range(2, 6)]),
        ("bytes=-2", [range(4, 6)]),
        ("bytes=-99", [range(6)]),
        ("bytes=0-99", [range(6)]),
        ("bytes=4-5,0-1", [range(2), range(4, 6)]),
        ("bytes=0-1, 1-2, 3-3", [range(4)]),
        ("bytes=0-0,9-", [range(1)]),
        ("bytes=3-2", None),
        ("bytes=0-1,3-2", None),
        ("bytes=0-1,", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
        ("bytes", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("bytes=" + ",".join(["0-0"] * 16), [range(1)]),
        ("bytes=" + ",".join(["0-0"] * 17), None),
    ],
)
def test_ranges_are_understood_or_the_whole_is_sent(value, expected):
    assert byte_ranges(value, 6) == expected


@pytest.mark.parametrize("value", ["bytes=6-", "bytes=6-7", "bytes=-0", "bytes=6-,9-"])
def test_a_range_without_a_byte_is_not_satisfiable(value):
    with pytest.raises(RangeNotSatisfiable):
        byte_ranges(value, 6)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), min_size=1, max_size=16))
def test_joined_ranges_hold_the_bytes_that_were_asked_for_once(pairs):
    asked = {position for first, last in pairs for position in range(first, min(last + 1, 20))}
    try:
        found = byte_ranges("bytes=" + ",".join(f"{first}-{last}" for first, last in pairs), 20)
    except RangeNotSatisfiable:
        found = []
    assert [position for part in found for position in part] == sorted(asked)


def test_a_part_of_a_file_is_sent_as_206(fetch):
    status, fields, body = fetch("/big.png", "Range: bytes=10-100019")
    assert (status, body) == (206, BIG[10:100_020])
    assert fields["content-range"] == "bytes 10-100019/131072"
    status, fields, body = fetch("/app.js", "Range: bytes=9-")
    assert (status, body, fields["content-range"]) == (416, b"", "bytes */6")
    assert fetch("/app.js", "Range: bytes=0-1", 'If-Range: "x"')[0] == 200
    assert fetch("/app.js", "Range: bytes=0-1", f"If-Range: {fetch('/app.js')[1]['etag']}")[2] == b"le"


@pytest.mark.parametrize(("first", "second"), [("2-5", "100-119"), ("10-70009", "100000-131071")])
def test_several_parts_are_sent_as_one_multipart_body(fetch, first, second):
    status, fields, body = fetch("/big.png", f"Range: bytes={second},{first}")
    kind, _, boundary = fields["content-type"].partition("; boundary=")
    assert (status, kind, fields["content-length"]) == (206, "multipart/byteranges", str(len(body)))
    assert "content-range" not in fields
    expected = b""
    for where in (first, second):
        start, end = map(int, where.split("-"))
        expected += f"\r\n--{boundary}\r\ncontent-type: image/png\r\n".encode()
        expected += f"content-range: bytes {where}/{len(BIG)}\r\n\r\n".encode() + BIG[start : end + 1]
    assert body == expected + f"\r\n--{boundary}--\r\n".encode()


def test_more_than_sixteen_ranges_get_the_whole(fetch):
    assert fetch("/app.js", "Range: bytes=" + ",".join(["0-0"] * 17))[0::2] == (200, b"let x;")


@pytest.fixture
def coded(files):
    """``coded(suffix, seconds)``: lay a sibling beside app.js that is so much younger than it."""

    def coded(suffix, seconds=0):
        path = os.path.join(files.directory, "app.js")
        with open(f"{path}.{suffix}", "wb") as sibling:
            sibling.write(suffix.encode())
        changed = os.stat(path).st_mtime_ns // 10**9 + seconds
        os.utime(f"{path}.{suffix}", (changed, changed))

    return coded


@pytest.mark.parametrize(
    ("accept", "body", "coding"),
    [
        ("br, zstd, gzip", b"br", "br"),
        ("gzip, zstd", b"zst", "zstd"),
        ("gzip;q=1, br;q=0.5", b"gz", "gzip"),
        ("deflate", b"let x;", None),
        ("gzip;q=0.5, identity", b"let x;", None),
    ],
)
def test_a_sibling_is_sent_to_those_who_accept_its_coding(fetch, coded, accept, body, coding):
    for suffix in ("br", "zst", "gz"):
        coded(suffix)
    status, fields, content = fetch("/app.js", f"Accept-Encoding: {accept}")
    assert (status, content, fields.get("content-encoding")) == (200, body, coding)
    assert fields["vary"] == "Accept-Encoding"
    assert fields["content-type"] == "text/javascript; charset=utf-8"
    assert fetch("/app.js", f"Accept-Encoding: {accept}", f"If-None-Match: {fields['etag']}")[0] == 304
    if coding:
        assert fields["etag"] != fetch("/app.js")[1]["etag"]
        assert fetch("/app.js", f"Accept-Encoding: {accept}", "Range: bytes=1-1")[2] == body[1:2]
    assert fetch("/app.js.br")[0] == 404


def test_a_sibling_that_is_older_than_its_file_is_not_sent(fetch, coded):
    coded("br", seconds=-1)
    _, fields, content = fetch("/app.js", "Accept-Encoding: br")
    assert (content, "vary" in fields) == (b"let x;", False)


def test_a_file_that_was_rewritten_after_its_sibling_is_sent_itself(files, coded):
    request = Request.build("GET", "/app.js", headers={"accept-encoding": "br"})
    coded("br")
    assert files.handle(request).body == b"br"
    with open(os.path.join(files.directory, "app.js"), "w") as file:
        file.write("changed!")
    os.utime(file.name, (4e9, 4e9))
    assert files.handle(request).body == b"changed!"
    os.remove(f"{file.name}.br")
    assert files.handle(request).body == b"changed!"


@pytest.mark.parametrize(
    ("target", "accept", "status"),
    [
        ("/orders/7", "text/html,*/*;q=0.8", 200),
        ("/deep/er/", "Text/HTML", 200),
        ("/orders/7", "application/json", 404),
        ("/orders/7.png", "text/html", 404),
        ("/.git/config", "text/html", 404),
        ("/docs", "text/html", 301),
    ],
)
def test_a_fallback_answers_for_pages_that_are_no_files(fetch, files, target, accept, status):
    with open(os.path.join(files.directory, "index.html"), "w") as page:
        page.write("<app>")
    app = StaticFiles(files.directory, fallback="index.html")
    found, fields, body = fetch(target, f"Accept: {accept}", app=app)
    assert found == status
    if status == 200:
        assert (body, fields["content-type"], fields["vary"]) == (b"<app>", "text/html; charset=utf-8", "Accept")


@pytest.mark.parametrize(
    ("name", "hashed"),
    [
        ("app.3f2a1b9c.js", True),
        ("index-BfH3kz9A.css", True),
        ("chunk-5QKXY2ZV.js", True),
        ("logo.d41d8cd98f00b204e9800998ecf8427e.svg", True),
        ("app.3f2a1b9c.js.map", True),
        ("app.js", False),
        ("jquery-3.6.0.min.js", False),
        ("my-background.png", False),
        ("report-20240101.pdf", False),
        ("user-Component.js", False),
        ("3f2a1b9c.js", False),
        ("app.3f2a.js", False),
    ],
)
def test_a_hashed_name_has_letters_and_digits_before_its_extension(name, hashed):
    assert bool(re.fullmatch(HASHED_NAMES, name)) is hashed


def test_files_that_never_change_say_so(fetch, files):
    os.rename(os.path.join(files.directory, "app.js"), os.path.join(files.directory, "app.3f2a1b9c.js"))
    app = StaticFiles(files.directory, cache_control="no-cache", immutable=HASHED_NAMES)
    assert fetch("/app.3f2a1b9c.js", app=app)[1]["cache-control"] == "public, max-age=31536000, immutable"
    assert fetch("/a%20b.txt", app=app)[1]["cache-control"] == "no-cache"
    assert "cache-control" not in fetch("/a%20b.txt", app=StaticFiles(files.directory))[1]


def test_a_mount_has_media_types_of_its_own(fetch, files):
    app = StaticFiles(files.directory, media_types={".JS": "text/x-js"})
    assert fetch("/app.js", app=app)[1]["content-type"] == "text/x-js"
    assert fetch("/a%20b.txt", app=app)[1]["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("extension", "kind"),
    [
        ("js", "text/javascript; charset=utf-8"),
        ("mjs", "text/javascript; charset=utf-8"),
        ("xml", "application/xml; charset=utf-8"),
        ("map", "application/json; charset=utf-8"),
        ("svg", "image/svg+xml"),
        ("gif", "image/gif"),
        ("ico", "image/x-icon"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
        ("woff", "font/woff"),
        ("woff2", "font/woff2"),
        ("wasm", "application/wasm"),
        ("pdf", "application/pdf"),
        ("mp4", "video/mp4"),
    ],
)
def test_the_extension_tells_the_media_type(extension, kind):
    assert media_type(f"a.{extension.upper()}") == kind


def test_fields_that_are_set_later_come_after_those_of_the_file(fetch, files):
    def handle(request):
        response = files.handle(request)
        response.constant_headers = b"x-more: 2\r\n"
        return response

    for target in ("/app.js", "/big.png"):
        fields = fetch(target, app=handle)[1]
        assert (fields["x-more"], fields["x-content-type-options"], "etag" in fields) == ("2", "nosniff", True)


def test_a_pipe_is_no_file(fetch, files):
    os.mkfifo(os.path.join(files.directory, "pipe.txt"))
    assert fetch("/pipe.txt")[0::2] == (500, b"failed to read static asset\n")


def test_a_path_that_becomes_a_link_while_it_is_opened_is_not_followed(fetch, files, monkeypatch, tmp_path):
    real_path = system.real_path

    def swapped(path):
        found = real_path(path)
        os.rename(found, f"{found}.old")
        os.symlink(tmp_path / "secret.txt", found)
        return found

    monkeypatch.setattr(system, "real_path", swapped)
    status, _, body = fetch("/app.js")
    assert (status, body) == (404, b"not found\n")


def test_a_folder_that_becomes_a_link_while_it_is_opened_is_not_followed(fetch, files, monkeypatch, tmp_path):
    (tmp_path / "index.html").write_text("secret")
    real_path = system.real_path

    def swapped(path):
        found = real_path(path)
        folder = os.path.dirname(found)
        if os.path.basename(folder) == "docs" and not os.path.islink(folder):
            os.rename(folder, f"{folder}.old")
            os.symlink(tmp_path, folder)
        return found

    monkeypatch.setattr(system, "real_path", swapped)
    assert fetch("/docs/")[0] == 404


@pytest.mark.parametrize("name", ["status", "status_of_path", "open_beneath"])
def test_an_interrupted_call_is_made_again(fetch, monkeypatch, name):
    real, interrupted = getattr(system, name), []

    def interrupting(*arguments):
        if len(interrupted) % 2 == 0:
            interrupted.append(arguments)
            raise InterruptedError
        interrupted.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(system, name, interrupting)
    for _ in range(2):
        assert fetch("/app.js")[2] == b"let x;"


def test_the_files_used_last_stay_open_and_the_others_are_closed(files, monkeypatch):
    opened, closed = [], []
    open_beneath = system.open_beneath

    class Watched(io.FileIO):
        def __del__(self):
            closed.append(self.name)
            self.close()

    def watched(root, names):
        opened.append(names[-1])
        with open_beneath(root, names) as file:
            return Watched(os.dup(file.fileno()))

    monkeypatch.setattr(system, "open_beneath", watched)
    kept = OpenFiles(2)
    root = files.directory
    first = kept.beneath(root, "app.js")
    assert kept.beneath(root, "app.js") is first
    kept.beneath(root, "a b.txt")
    kept.beneath(root, "app.js")
    kept.beneath(root, "big.png")
    assert (opened, len(closed)) == (["app.js", "a b.txt", "big.png"], 1)
    kept.reset(0)
    assert len(closed) == 2
    assert kept.beneath(root, "app.js") is not first
    del first
    assert len(closed) == len(opened) == 4


def test_a_proxy_can_be_told_to_send_a_file():
    response = accel_redirect("/internal/é a.pdf", filename="a.pdf")
    assert response.headers.items() == [
        ("x-accel-redirect", "/internal/%C3%A9%20a.pdf"),
        ("content-disposition", 'attachment; filename="a.pdf"'),
    ]
    assert (response.status, response.body, response.content_type) == (200, b"", "")


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
