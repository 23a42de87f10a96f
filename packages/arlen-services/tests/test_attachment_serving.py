import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from arlen_services import AttachmentError
from arlen_services.attachments import (
    AttachmentLinks,
    AttachmentPolicy,
    MemoryAttachments,
    RetentionRule,
    answer,
    content_disposition,
    copy,
    enforce,
    verified,
)
from arlen_services.attachments.sniffing import sniff
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("Ä.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%84.txt"),
        ('a"b\\c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
        ("../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'),
        ("a\r\nset-cookie: b", 'attachment; filename="a__set-cookie: b"'),
        ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
    ],
)
def test_names_stand_safely_in_a_header(name, header):
    assert content_disposition("attachment", name) == header


@given(st.text(min_size=1))
def test_no_name_breaks_out_of_its_header(name):
    header = content_disposition("inline", name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    if "filename*" in header:
        assert "/" not in unquote(header.rpartition("''")[2])


@pytest.mark.parametrize(
    ("headers", "status", "body", "content_range"),
    [
        ({}, 200, b"0123456789", None),
        ({"range": "bytes=2-4"}, 206, b"234", "bytes 2-4/10"),
        ({"range": "bytes=7-"}, 206, b"789", "bytes 7-9/10"),
        ({"range": "bytes=-3"}, 206, b"789", "bytes 7-9/10"),
        ({"range": "bytes=-300"}, 200, b"0123456789", None),
        ({"range": "bytes=0-999"}, 200, b"0123456789", None),
        ({"range": "bytes=10-"}, 416, None, "bytes */10"),
        ({"range": "bytes=-0"}, 416, None, "bytes */10"),
        ({"range": "bytes=5-2"}, 200, b"0123456789", None),
        ({"range": "bytes=-"}, 200, b"0123456789", None),
        ({"range": "bytes=0-1,3-4"}, 200, b"0123456789", None),
        ({"range": "lines=0-1"}, 200, b"0123456789", None),
        ({"range": "bytes=2-4", "if-range": "ETAG"}, 206, b"234", "bytes 2-4/10"),
        ({"range": "bytes=2-4", "if-range": '"old"'}, 200, b"0123456789", None),
        ({"if-none-match": "ETAG"}, 304, None, None),
        ({"if-none-match": '"a", W/ETAG'}, 304, None, None),
        ({"if-none-match": "*"}, 304, None, None),
        ({"if-none-match": '"other"'}, 200, b"0123456789", None),
    ],
)
def test_ranges_and_conditions(headers, status, body, content_range):
    async def asked():
        store = MemoryAttachments()
        saved = await store.save("digits", "text/plain", b"0123456789")
        etag = (await store.info(saved)).etag
        given = {name: value.replace("ETAG", etag) for name, value in headers.items()}
        found = await answer(store, saved, given)
        return found, found.chunks and b"".join([chunk async for chunk in found.chunks])

    found, data = asyncio.run(asked())
    assert (found.status, data, found.headers.get("content-range")) == (status, body, content_range)
    if data is not None:
        assert found.headers["content-length"] == str(len(data))
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_head_request_has_the_headers_of_the_whole_and_no_body():
    async def asked():
        store = MemoryAttachments()
        saved = await store.save("digits", None, b"0123456789")
        return await answer(store, saved, {"range": "bytes=1-2"}, method="HEAD")

    found = asyncio.run(asked())
    assert (found.status, found.chunks, found.headers["content-length"]) == (200, None, "10")


def test_an_empty_attachment_is_served_whole():
    async def asked():
        store = MemoryAttachments()
        found = await answer(store, await store.save("empty", None, b""), {})
        return found, [chunk async for chunk in found.chunks]

    found, chunks = asyncio.run(asked())
    assert (found.status, found.headers["content-length"], chunks) == (200, "0", [])


def test_an_unknown_attachment_has_no_answer():
    assert asyncio.run(answer(MemoryAttachments(), "att-9", {})) is None


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [
        ("image/png", "inline"),
        ("application/pdf", "inline"),
        ("text/plain; charset=utf-8", "inline"),
        ("text/html", "attachment"),
        ("TEXT/HTML; charset=utf-8", "attachment"),
        ("image/svg+xml", "attachment"),
        ("application/xhtml+xml", "attachment"),
        ("text/xml", "attachment"),
        ("text/javascript", "attachment"),
        ("application/octet-stream", "attachment"),
    ],
)
def test_what_may_run_a_script_is_never_shown_inline(content_type, shown):
    async def asked():
        store = MemoryAttachments()
        return await answer(store, await store.save("a", content_type, b"x"), {}, disposition="inline")

    headers = asyncio.run(asked()).headers
    assert headers["content-disposition"].startswith(f"{shown};")


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"<svg xmlns=", "image/svg+xml"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><svg>', "image/svg+xml"),
        (b"  <!DOCTYPE html>", "text/html"),
        (b"<ScRiPt>alert(1)", "text/html"),
        (b"<!-- a --> <body onload=x>", "text/html"),
        (b'<?xml version="1.0"?><feed>', "application/xml"),
        (b"plain text", None),
        (b"", None),
    ],
)
def test_content_is_told_by_how_it_begins(head, found):
    assert sniff(head) == found


@given(st.binary(max_size=2000))
def test_any_bytes_can_be_sniffed(head):
    assert sniff(head) is None or "/" in sniff(head)


PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("mismatch", "declared", "head", "kept"),
    [
        ("accept", "image/jpeg", PNG, "image/jpeg"),
        ("override", "image/jpeg", PNG, "image/png"),
        ("reject", "image/jpeg", PNG, None),
        ("accept", "", PNG, "application/octet-stream"),
        ("override", "", PNG, "image/png"),
        ("reject", "", PNG, "image/png"),
        ("reject", "text/plain", b"hello", "text/plain"),
        (
            "reject",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK\x03\x04",
            "declared",
        ),
        ("reject", "application/atom+xml", b'<?xml version="1.0"?>', "declared"),
        ("reject", "image/jpg", b"\xff\xd8\xff\xe0", "declared"),
    ],
)
def test_whom_to_believe_about_the_type(mismatch, declared, head, kept):
    policy = AttachmentPolicy(mismatch=mismatch)
    if kept is None:
        with pytest.raises(AttachmentError) as caught:
            policy.judge(declared, head)
        assert caught.value.code == "type_refused"
    else:
        assert policy.judge(declared, head) == (declared if kept == "declared" else kept)


class Hand:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def _query(url):
    return dict(parse_qsl(urlsplit(url).query))


def test_a_link_opens_its_attachment_until_its_time_is_over():
    clock = Hand()
    links = AttachmentLinks(b"0123456789abcdef", path="/files/", clock=clock)
    url = links.url("att-7", expires_in=timedelta(minutes=5), disposition="inline")
    assert urlsplit(url).path == "/files/att-7"
    assert links.check("att-7", _query(url)) == "inline"
    clock.now += timedelta(minutes=5)
    with pytest.raises(AttachmentError) as caught:
        links.check("att-7", _query(url))
    assert caught.value.code == "expired_link"


@pytest.mark.parametrize(
    ("attachment_id", "change"),
    [
        ("att-8", {}),
        ("att-7", {"expires": "9999999999"}),
        ("att-7", {"disposition": "inline"}),
        ("att-7", {"signature": ""}),
        ("att-7", {"signature": "ä"}),
        ("att-7", {"expires": "x"}),
        ("\ud800", {}),
    ],
)
def test_a_link_that_was_changed_opens_nothing(attachment_id, change):
    links = AttachmentLinks("0123456789abcdef", clock=Hand())
    with pytest.raises(AttachmentError) as caught:
        links.check(attachment_id, {**_query(links.url("att-7")), **change})
    assert caught.value.code == "bad_link"
    with pytest.raises(AttachmentError):
        links.check("att-7", {})


def test_links_of_another_secret_open_nothing():
    url = AttachmentLinks("another secret of length", clock=Hand()).url("att-7")
    with pytest.raises(AttachmentError):
        AttachmentLinks("0123456789abcdef", clock=Hand()).check("att-7", _query(url))


def test_a_secret_that_is_too_short_is_refused():
    with pytest.raises(AttachmentError) as caught:
        AttachmentLinks("short")
    assert caught.value.code == "weak_secret"


def test_the_rule_of_the_longest_prefix_decides_how_long_a_name_is_kept():
    async def enforced():
        clock = Hand()
        store = MemoryAttachments(clock=clock)
        for name in ("tmp/a", "tmp/keep/b", "other"):
            await store.save(name, None, b"x")
        rules = [RetentionRule("tmp/", timedelta(days=1)), RetentionRule("tmp/keep/", timedelta(days=30))]
        removed = await enforce(store, rules, NOW + timedelta(days=2))
        return removed, [info.name for info in await store.list()]

    assert asyncio.run(enforced()) == (1, ["tmp/keep/b", "other"])


def test_a_copy_that_broke_off_goes_on_behind_the_last_one():
    async def copied():
        source, target = MemoryAttachments(), MemoryAttachments()
        for n in range(5):
            await source.save(f"{n}", "text/plain", f"{n}".encode(), {"n": n})
        pairs = []
        async for pair in copy(source, target):
            pairs.append(pair)
            if len(pairs) == 2:
                break
        pairs += [pair async for pair in copy(source, target, after=pairs[-1][0])]
        assert len(pairs) == 5
        return [((await target.read(new)).data, (await target.info(new)).metadata) for _, new in pairs]

    assert asyncio.run(copied()) == [(f"{n}".encode(), {"n": n}) for n in range(5)]


def test_data_that_changed_in_its_place_is_found_by_verifying():
    async def corrupted():
        store = MemoryAttachments()
        saved, other = await store.save("a", None, b"abc"), await store.save("b", None, b"abd")
        opened, wrong = await store.stream(saved), await store.stream(other)
        assert [chunk async for chunk in verified(opened)] == [b"abc"]
        mixed = type(opened)(opened.info, 0, 3, wrong.chunks)
        return [chunk async for chunk in verified(mixed)]

    with pytest.raises(AttachmentError) as caught:
        asyncio.run(corrupted())
    assert caught.value.code == "corrupted"


def test_a_part_cannot_be_verified():
    async def part():
        store = MemoryAttachments()
        opened = await store.stream(await store.save("a", None, b"abc"), start=1)
        return [chunk async for chunk in verified(opened)]

    with pytest.raises(AttachmentError, match="part"):
        asyncio.run(part())
