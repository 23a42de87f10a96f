"""Forms."""

from __future__ import annotations

import pytest
from arlen_http import Request, RequestRefused, UploadFile


def part(name, content, *, filename=None, content_type=None):
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"'
    if content_type:
        head += f"\r\nContent-Type: {content_type}"
    return b"--B\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


@pytest.fixture
def form(run):
    def form(body, content_type="multipart/form-data; boundary=B"):
        return run(Request.build("POST", "/", headers={"content-type": content_type}, body=body).form())

    return form


def test_an_urlencoded_form_has_its_pairs(form):
    found = form("a=1&b=x+y&a=%C3%A9", "application/x-www-form-urlencoded")
    assert found.pairs() == [("a", "1"), ("b", "x y"), ("a", "é")]
    assert found.files == []


def test_a_multipart_form_has_fields_and_files(form, tmp_path):
    big = bytes(range(256)) * 8192
    found = form(
        part("a", "é".encode())
        + part("up", b"content", filename="C:\\dir\\../x.txt", content_type="text/plain")
        + part("up", big, filename="big")
        + part("a", b"2")
        + b"--B--\r\n"
    )
    assert found.pairs() == [("a", "é"), ("a", "2")]
    small, large = (file for _, file in found.files)
    assert (small.filename, small.content_type, small.size, small.read()) == ("x.txt", "text/plain", 7, b"content")
    assert (large.content_type, large.size, large.read() == big) == ("application/octet-stream", len(big), True)
    assert found.file("up") is large
    assert found.file("none") is None
    small.save(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == b"content"
    with pytest.raises(FileExistsError):
        small.save(tmp_path / "saved")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"x", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=" + "b" * 71, 400),
        (b"garbage", "multipart/form-data; boundary=B", 400),
        (part("a", b"1"), "multipart/form-data; boundary=B", 400),
        (b"--B\r\nX: y\r\n\r\n1\r\n--B--\r\n", "multipart/form-data; boundary=B", 400),
        (part("a", b"\xff") + b"--B--\r\n", "multipart/form-data; boundary=B", 400),
        (b"--B\r\nX: " + b"y" * 9000 + b"\r\n\r\n1\r\n--B--\r\n", "multipart/form-data; boundary=B", 413),
        (part("a", b"1") * 1001 + b"--B--\r\n", "multipart/form-data; boundary=B", 413),
        (part("a", b"1", filename="f") * 1001 + b"--B--\r\n", "multipart/form-data; boundary=B", 413),
        ("a&" * 1000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_or_too_much_of_one_is_refused(form, body, content_type, status):
    with pytest.raises(RequestRefused) as caught:
        form(body, content_type)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.txt", "x.txt"),
        ("a/..", ""),
        (".", ""),
        ("a/", ""),
        ("", ""),
    ],
)
def test_a_file_name_is_never_a_path(given, name):
    assert UploadFile(given, "text/plain").filename == name


def test_a_form_of_a_thousand_fields_is_read(form):
    assert len(form("&".join(["a=1"] * 1000), "application/x-www-form-urlencoded").get_all("a")) == 1000
    assert len(form(part("a", b"1") * 1000 + b"--B--\r\n").get_all("a")) == 1000


def test_a_file_above_one_mebibyte_is_spooled_to_disk(form):
    limit = 1_048_576
    found = form(
        part("kept", b"x" * limit, filename="a") + part("spooled", b"x" * (limit + 1), filename="b") + b"--B--\r\n"
    )
    assert [(upload.size, upload.file._rolled) for _, upload in found.files] == [(limit, False), (limit + 1, True)]
