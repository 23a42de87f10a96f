"""What a response can carry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from arlen_http import InvalidHeader, Request, Response, apply_etag
from arlen_http.dates import http_date, parse_http_date
from arlen_http.status import reason_phrase, status_line
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("response", "status", "content_type", "body"),
    [
        (Response(), 200, "text/plain; charset=utf-8", b""),
        (Response("é", 404), 404, "text/plain; charset=utf-8", "é".encode()),
        (Response.text("t"), 200, "text/plain; charset=utf-8", b"t"),
        (Response.html("<p>"), 200, "text/html; charset=utf-8", b"<p>"),
        (Response.json({"a": [1, None]}, 201), 201, "application/json; charset=utf-8", b'{"a":[1,null]}'),
        (Response.empty(), 204, "", b""),
        (Response(b"\0", content_type="image/png"), 200, "image/png", b"\0"),
    ],
)
def test_each_kind_of_response_has_its_type(response, status, content_type, body):
    assert (response.status, response.content_type, response.body) == (status, content_type, body)
    assert response.own_headers is None


def test_a_redirect_names_its_target_with_what_a_url_can_hold():
    response = Response.redirect("/é b?x=1&y=%20#z", 303)
    assert (response.status, response.headers["location"]) == (303, "/%C3%A9%20b?x=1&y=%20#z")


@pytest.mark.parametrize(
    ("name", "value"),
    [("x", "a\r\nb: c"), ("x", "a\nb"), ("x", "a\0"), ("x\r\ny", "a"), ("x y", "a"), ("", "a"), ("é", "a")],
)
def test_a_header_that_would_not_survive_the_wire_is_refused(name, value):
    with pytest.raises(InvalidHeader):
        Response(headers={name: value})
    with pytest.raises(ValueError):
        Response().headers.append(name, value)


def test_headers_are_set_appended_and_deleted_in_any_case():
    headers = Response(headers={"A": "1"}).headers
    headers.append("B", "2")
    headers.append("a", "3")
    assert headers.get_all("A") == ["1", "3"]
    headers.set("A", "4")
    assert headers.items() == [("a", "4"), ("b", "2")]
    headers.delete("B")
    assert ("b" in headers, headers.get("b"), len(headers)) == (False, None, 1)
    headers.add_vary("Accept")
    headers.add_vary("accept")
    headers.add_vary("Cookie")
    assert headers["vary"] == "Accept, Cookie"


def test_a_cookie_has_safe_defaults():
    response = Response()
    response.set_cookie("sid", "abc", max_age=60, expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), secure=True)
    response.delete_cookie("old")
    assert response.headers.get_all("set-cookie") == [
        "sid=abc; Max-Age=60; Expires=Wed, 02 Jan 2030 03:04:05 GMT; Path=/; SameSite=Lax; Secure; HttpOnly",
        "old=; Max-Age=0; Path=/; SameSite=Lax; HttpOnly",
    ]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("a b", "c"), {}),
        (("a", "c;d"), {}),
        (("a", "c\r\n"), {}),
        (("a", "b"), {"path": "/;x"}),
        (("a", "b"), {"samesite": "None"}),
        (("a", "b"), {"partitioned": True}),
        (("__Secure-a", "b"), {}),
        (("__Host-a", "b"), {"secure": True, "path": "/x"}),
        (("__Host-a", "b"), {"secure": True, "domain": "x"}),
    ],
)
def test_a_cookie_that_browsers_drop_or_attackers_like_is_refused(arguments, options):
    with pytest.raises(InvalidHeader):
        Response().set_cookie(*arguments, **options)


@pytest.mark.parametrize(
    ("field", "tag", "status"),
    [
        (None, "v1", 200),
        ('"v1"', "v1", 304),
        ('W/"v1"', '"v1"', 304),
        ('"a", "v1"', 'W/"v1"', 304),
        ("*", "v1", 304),
        ('"v2"', "v1", 200),
    ],
)
def test_an_etag_that_the_client_has_makes_304(field, tag, status):
    request = Request.build(headers={} if field is None else {"if-none-match": field})
    response = Response("body")
    assert apply_etag(request, response, tag) is (status == 304)
    assert (response.status, response.body) == (status, b"body" if status == 200 else b"")
    assert response.headers["etag"] in ('"v1"', 'W/"v1"')


@pytest.mark.parametrize(
    ("status", "phrase"), [(413, "Payload Too Large"), (422, "Unprocessable Content"), (299, "Unknown")]
)
def test_reason_phrases(status, phrase):
    assert reason_phrase(status) == phrase
    assert status_line(status) == f"HTTP/1.1 {status} {phrase}\r\n".encode()


@given(st.integers(0, 4_000_000_000))
def test_writing_and_reading_a_date_are_inverse(timestamp):
    assert parse_http_date(http_date(timestamp)) == timestamp


@pytest.mark.parametrize("text", ["", "yesterday", "Sun, 99 Foo 1994 08:49:37 GMT"])
def test_what_is_no_date_is_none(text):
    assert parse_http_date(text) is None
