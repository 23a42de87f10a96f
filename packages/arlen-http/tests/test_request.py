"""The parts of a request."""

from __future__ import annotations

import pytest
from arlen_http import BodyNotReadError, Request, RequestLimits, RequestRefused, Response
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("/a%20b/%C3%A9", "/a b/é"),
        ("/a%2Fb%2fc", "/a%2Fb%2fc"),
        ("/a%252Fb", "/a%2Fb"),
        ("/a+b?c=%zz", "/a+b"),
    ],
)
def test_a_path_is_decoded_once_and_keeps_encoded_slashes(target, path):
    assert Request.build("GET", target).path == path


@pytest.mark.parametrize("target", ["/%", "/%2", "/%zz", "/%ff", "/%C3", "/a%00b"])
def test_a_malformed_path_is_refused(target):
    with pytest.raises(RequestRefused) as caught:
        _ = Request.build("GET", target).path
    assert (caught.value.status, caught.value.code) == (400, "malformed_path")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/")))
def test_quoting_and_decoding_a_segment_are_inverse(text):
    from urllib.parse import quote

    assert Request.build("GET", "/" + quote(text, safe="")).path == "/" + text


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        ("a&=b&&c=", [("a", ""), ("", "b"), ("c", "")]),
        ("a+b=c%20d%2B", [("a b", "c d+")]),
        ("x=%ff+%20&y=%zz", [("x", "%ff %20"), ("y", "%zz")]),
        ("a=b=c?d;e", [("a", "b=c?d;e")]),
    ],
)
def test_a_query_keeps_every_pair_in_order(text, pairs):
    query = Request.build("GET", f"/?{text}").query
    assert query.pairs() == pairs
    assert dict(query) == dict(pairs)


def test_a_repeated_name_gives_its_last_value_and_all_on_request():
    request = Request.build("GET", "/?a=1&a=2", headers=[("X-A", "1"), ("x-a", "2")])
    assert (request.query["a"], request.query.get_all("a")) == ("2", ["1", "2"])
    assert (request.headers["X-a"], request.headers.get_all("X-A")) == ("2", ["1", "2"])
    assert "x-A" in request.headers
    assert request.headers.get("x-b") is None
    with pytest.raises(KeyError, match="x-b"):
        request.headers["x-b"]


def test_lazy_parts_are_parsed_once():
    request = Request.build("GET", "/?a=1", headers={"cookie": "a=1"})
    assert request.query is request.query
    assert request.cookies is request.cookies
    assert request.headers is request.headers
    assert request.state is request.state


@pytest.mark.parametrize(
    ("field", "cookies"),
    [
        ("a=1; b=2;a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        ('a="x y"; b = c ', [("a", "x y"), ("b", "c")]),
        ("novalue; =empty; ok=", [("ok", "")]),
        ("a=%20b=c", [("a", "%20b=c")]),
    ],
)
def test_cookies_are_read_as_they_were_set(field, cookies):
    assert Request.build(headers={"cookie": field}).cookies.pairs() == cookies


@pytest.mark.parametrize(
    "read",
    [
        lambda: Request.build("GET", "/?" + "a&" * 1000).query,
        lambda: Request.build(headers={"cookie": "a;" * 200}).cookies,
    ],
)
def test_too_many_parts_are_refused(read):
    with pytest.raises(RequestRefused) as caught:
        read()
    assert caught.value.status == 400


def test_a_server_has_its_own_limits_for_parts(answer):
    def handle(request):
        return Response(str(len(request.query.pairs()) + len(request.cookies.pairs())))

    def status(query, cookies, **limits):
        head = f"GET /?{query} HTTP/1.1\r\nHost: a\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
        return int(answer(handle, head.encode(), request_limits=RequestLimits(**limits)).split()[1])

    assert status("a&a", "a=1;a=1", max_query_params=2, max_cookies=2) == 200
    assert status("a&a&a", "a=1", max_query_params=2) == 400
    assert status("a", "a=1;a=1;a=1", max_cookies=2) == 400
    assert status("a&" * 1001, "a=1", max_query_params=2000) == 200


@pytest.mark.parametrize(
    ("getter", "text", "value"),
    [
        ("get_int", "42", 42),
        ("get_int", "-007", -7),
        ("get_float", "2.5e1", 25.0),
        ("get_float", ".5", 0.5),
        ("get_bool", "Yes", True),
        ("get_bool", "off", False),
    ],
)
def test_a_value_is_converted(getter, text, value):
    query = Request.build("GET", f"/?x=no&x={text}").query
    assert getattr(query, getter)("x") == value
    assert getattr(query, getter)("none") is None
    assert getattr(query, getter)("none", value) == value
    cookies = Request.build(headers={"cookie": f"x={text}"}).cookies
    assert getattr(cookies, getter)("x") == value


@pytest.mark.parametrize(
    ("getter", "text"),
    [
        ("get_int", ""),
        ("get_int", "4.0"),
        ("get_int", "1_0"),
        ("get_int", "%D9%A3"),
        ("get_int", "9" * 19),
        ("get_int", "%20 4"),
        ("get_float", "nan"),
        ("get_float", "1e999"),
        ("get_float", "inf"),
        ("get_float", "."),
        ("get_bool", "maybe"),
        ("get_bool", ""),
    ],
)
def test_a_value_that_does_not_convert_is_refused(getter, text):
    with pytest.raises(RequestRefused, match="x is not") as caught:
        getattr(Request.build("GET", f"/?x={text}").query, getter)("x", 1)
    assert (caught.value.status, caught.value.code, caught.value.details["name"]) == (400, "invalid_value", "x")


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=UTF-8", "utf-8"),
        ('text/html;a="b;c"; Charset="latin-1" ', "latin-1"),
        ("text/html", ""),
        ("text/html; xcharset=a", ""),
    ],
)
def test_the_charset_is_that_of_the_media_type(content_type, charset):
    assert Request.build(headers={"content-type": content_type}).charset == charset


def test_a_request_knows_where_its_application_is_mounted():
    request = Request.build("GET", "/shop/cart?x=1", headers={"host": "a:8"}, scheme="https")
    view = request.replace(raw_path="/cart", root_path="/shop")
    assert (view.base_url, view.url) == ("https://a:8/shop", "https://a:8/shop/cart?x=1")
    assert (view.is_secure, Request.build().is_secure) == (True, False)


def test_what_a_request_says_about_itself():
    request = Request.build(
        "post", "/p%20q?x=1", headers={"Host": "h:8", "Content-Type": "Text/HTML; charset=x"}, body="é"
    )
    assert (request.method, request.raw_path, request.query_string, request.http_version) == (
        "POST",
        "/p%20q",
        "x=1",
        "1.1",
    )
    assert (request.host, request.url, request.content_type) == ("h:8", "http://h:8/p%20q?x=1", "text/html")
    assert request.raw_headers[-1] == (b"content-length", b"2")
    assert (request.client, request.is_disconnected(), request.body_complete) == (("127.0.0.1", 0), False, True)
    assert request.content == "é".encode()


def test_a_mounted_view_shares_body_and_state():
    request = Request.build("GET", "/admin/users?x=1", body="b")
    view = request.replace(raw_path="/users", root_path="/admin")
    view.state["seen"] = True
    assert (view.path, view.root_path, view.query["x"], view.content) == ("/users", "/admin", "1", b"b")
    assert view.url == request.url
    assert request.state == {"seen": True}


def test_a_body_can_be_read_as_bytes_text_and_json(run):
    async def story():
        request = Request.build("POST", body='{"a": "é"}')
        return await request.body(), await request.text(), await request.json(), [s async for s in request.stream()]

    data = '{"a": "é"}'.encode()
    assert run(story()) == (data, data.decode(), {"a": "é"}, [data])


@pytest.mark.parametrize("body", [b"{", b"", b"NaN", b"\xff"])
def test_a_body_that_is_not_json_is_refused(run, body):
    with pytest.raises(RequestRefused) as caught:
        run(Request.build("POST", body=body).json())
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")


def test_content_that_has_not_arrived_is_not_given(converse):
    codes = []

    async def handle(request):
        try:
            _ = request.content
        except BodyNotReadError as early:
            codes.append(early.code)
        async for _ in request.stream():
            pass
        try:
            await request.body()
        except BodyNotReadError as late:
            codes.append(late.code)
        raise RequestRefused(400, "x", "x")

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            await reader.readuntil(b"100 Continue\r\n\r\n")
            writer.write(b"ab")
            await reader.read()

    converse(handle, story)
    assert codes == ["body_not_read", "body_consumed"]
