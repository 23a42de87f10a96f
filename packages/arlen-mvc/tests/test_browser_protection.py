"""What the browser is told: nonces, HSTS, cookies, and where a client's own redirect may lead."""

import asyncio
import re
from contextlib import closing

import pytest
from arlen_http import InvalidHeader, Request, Server
from arlen_mvc import Application
from arlen_mvc.browser.content_security_policy import ContentSecurityPolicy
from arlen_mvc.browser.redirects import is_safe_redirect
from hypothesis import given
from hypothesis import strategies as st


def page_app(config=None, root="."):
    app = Application(config or {}, root=root)
    app.get("/", blocking=False)(lambda: "page")

    @app.get("/nonce", blocking=False)
    def nonce(ctx):
        return {"first": ctx.csp_nonce, "second": ctx.csp_nonce}

    return app


# Content security policy


@pytest.mark.parametrize(
    ("policy", "with_nonce"),
    [
        ("default-src 'self'", "default-src 'self'; script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'"),
        ("script-src 'none'; style-src a.example", "script-src 'nonce-N'; style-src a.example 'nonce-N'"),
        (
            "default-src 'self'; style-src 'self' 'unsafe-inline'",
            "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'nonce-N'",
        ),
        ("script-src-elem 'self'", "script-src-elem 'self' 'nonce-N'"),
        ("img-src *; Script-Src 'self'; script-src evil.example", "img-src *; script-src 'self' 'nonce-N'"),
        ("upgrade-insecure-requests;", "upgrade-insecure-requests"),
        ("", ""),
    ],
)
def test_a_nonce_joins_the_sources_of_scripts_and_styles(policy, with_nonce):
    assert ContentSecurityPolicy(policy).with_nonce("N") == with_nonce


def test_a_nonce_is_the_same_within_a_response_and_another_in_the_next(ask):
    app = page_app({"security_headers": {"content_security_policy_report_only": "script-src 'none'"}})
    first, second = ask(app, "GET /nonce"), ask(app, "GET /nonce")
    assert first.json["first"] == first.json["second"] != second.json["first"]
    nonce = f"'nonce-{first.json['first']}'"
    assert re.fullmatch("'nonce-[A-Za-z0-9+/]{24}'", nonce)
    assert nonce in first.headers["content-security-policy"]
    assert first.headers["content-security-policy-report-only"] == f"script-src {nonce}"


def test_a_response_without_a_nonce_has_the_policy_as_configured(ask):
    assert ask(page_app(), "GET /").headers["content-security-policy"] == "default-src 'self'"


def test_a_policy_of_the_action_itself_is_left_alone(ask):
    app = page_app()

    @app.get("/own", blocking=False)
    def own(ctx):
        ctx.set_header("content-security-policy", f"script-src 'nonce-{ctx.csp_nonce}'")
        return ctx.csp_nonce

    answer = ask(app, "GET /own")
    assert answer.headers["content-security-policy"] == f"script-src 'nonce-{answer.text}'"


def test_templates_get_the_nonce(ask, write):
    root = write({"templates/page.html": '<script nonce="{{ csp_nonce() }}">1</script>'})
    app = page_app(root=root)
    app.get("/page", blocking=False)(lambda ctx: ctx.render("page"))
    answer = ask(app, "GET /page")
    nonce = re.search('nonce="([^"]+)"', answer.text)[1].replace("&#43;", "+")
    assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]


# Other headers


@pytest.mark.parametrize(("scheme", "sent"), [("https", True), ("http", False)])
@pytest.mark.parametrize("path", ["/", "/nonce", "/nowhere"])
def test_hsts_is_sent_over_https_only(ask, scheme, sent, path):
    app = page_app({"security_headers": {"strict_transport_security": "max-age=31536000"}})
    headers = ask(app, f"GET {path}", scheme=scheme).headers
    assert headers.get("strict-transport-security") == ("max-age=31536000" if sent else None)
    assert headers["x-content-type-options"] == "nosniff"


def test_further_policies_are_sent_where_they_are_configured(ask):
    headers = {"permissions_policy": "camera=()", "content_security_policy_report_only": "default-src 'none'"}
    answer = ask(page_app({"security_headers": headers}), "GET /").headers
    assert answer["permissions-policy"] == "camera=()"
    assert answer["content-security-policy-report-only"] == "default-src 'none'"
    assert ask(page_app(), "GET /").headers.keys().isdisjoint({"permissions-policy", "strict-transport-security"})


# Cookies


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_cookies_are_set_and_taken_back_and_are_secure_over_https(ask, scheme, secure):
    app = Application()

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.set_cookie("theme", "dark", max_age=60)
        ctx.delete_cookie("old")
        return ctx.cookie("theme") or "none"

    answer = ask(app, "GET /", scheme=scheme, headers={"cookie": "theme=light"})
    theme, old = answer.response.headers.get_all("set-cookie")
    assert answer.text == "light"
    assert theme.startswith("theme=dark; Max-Age=60; Path=/; SameSite=Lax")
    assert old.startswith("old=; Max-Age=0; Path=/")
    assert (theme.endswith("Secure; HttpOnly"), old.endswith("Secure; HttpOnly")) == (secure, secure)


@pytest.mark.parametrize("value", ["a\r\nset-cookie: admin=1", "a; Domain=evil.example", "a\0b", "a,b", 'a"b', "ä"])
def test_header_injection_through_the_value_of_a_cookie_is_refused(ask, value):
    app = Application({"environment": "production"})

    @app.get("/", blocking=False)
    def index(ctx):
        with pytest.raises(InvalidHeader):
            ctx.set_cookie("theme", value)
        with pytest.raises(InvalidHeader):
            ctx.set_cookie(value, "dark")
        with pytest.raises(InvalidHeader):
            ctx.set_cookie("theme", "dark", domain="a\r\nb")
        return "refused"

    answer = ask(app, "GET /")
    assert (answer.text, "set-cookie" in answer.headers) == ("refused", False)


# Redirects


SAFE = ["/", "/a/b?c=d#e", "/a//b", "/?next=//evil.example", "http://shop.example/", "https://SHOP.example/x?y"]
UNSAFE = [
    "", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example", " //evil.example", "/\n/evil.example", "https:evil.example", "https:/evil.example",
    "https:///evil.example", "https:\\\\evil.example", "http://evil.example", "https://shop.example.evil.example",
    "https://evil.example/shop.example", "https://shop.example@evil.example", "https://shop.example:pw@evil.example",
    "https://shop.example\\@evil.example", "https://shop.example:8080/", "javascript:alert(1)", "JavaScript:alert(1)",
    "data:text/html,x", "ftp://shop.example", "evil.example", "http://[evil", "http:/\\evil.example", "\x00/", "/\x7f",
]  # fmt: skip


@pytest.mark.parametrize("location", SAFE)
def test_a_place_of_this_host_is_safe(location):
    assert is_safe_redirect(location, "shop.example")


@pytest.mark.parametrize("location", UNSAFE)
def test_open_redirect_any_other_place_is_not(ask, location):
    assert not is_safe_redirect(location, "shop.example")
    app = Application()
    app.get("/", blocking=False)(lambda ctx: ctx.safe_redirect(location, "/home"))
    answer = ask(app, "GET /", headers={"host": "shop.example"})
    assert (answer.status, answer.headers["location"]) == (302, "/home")


def test_a_safe_place_is_where_the_client_goes_and_a_missing_one_is_the_fallback(ask):
    app = Application()
    app.get("/", blocking=False)(lambda ctx: ctx.safe_redirect(ctx.query("next"), status=303))
    answer = ask(app, "GET /?next=/basket%3Fa=1")
    assert (answer.status, answer.headers["location"]) == (303, "/basket?a=1")
    assert ask(app, "GET /").headers["location"] == "/"


@given(st.text(alphabet="/\\:@?#.ahtps \t\r\n%", max_size=24))
def test_whatever_is_safe_stays_at_the_host_as_browsers_read_it(location):
    """Browsers drop tabs and line breaks, trim blanks, and take a backslash for a slash (WHATWG URL, section 4.4)."""
    if is_safe_redirect(location, "shop.example"):
        read = re.sub(r"[\t\r\n]", "", location.strip()).replace("\\", "/")
        assert re.match(r"/(?!/)|https?://shop\.example(?=[/?#]|$)", read)


# The host


async def exchange(server, host):
    reader, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
    with closing(writer):
        writer.write(f"GET /link HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


@pytest.mark.parametrize(
    ("host", "status", "link"),
    [
        ("shop.example", 200, "http://shop.example/link"),
        ("www.shop.example:8080", 200, "http://www.shop.example:8080/link"),
        ("evil.example", 400, None),
        ("shop.example.evil.example", 400, None),
        ("shop.example@evil.example", 400, None),
    ],
)
def test_host_header_attack_only_allowed_hosts_are_served_and_stand_in_links(run, host, status, link):
    app = Application({"port": 0, "allowed_hosts": ["shop.example", "*.shop.example"]})
    app.get("/link", name="link", blocking=False)(lambda ctx: ctx.url_for("link", _external=True))

    async def scenario():
        async with Server(app, app.settings.server) as server:
            return await exchange(server, host)

    answered, body = run(scenario())
    assert answered == status
    assert body == link if link else "evil.example/" not in body


def test_host_header_attack_a_forwarded_host_counts_from_trusted_proxies_only(ask):
    app = Application({"security_profile": "balanced"})
    app.get("/link", name="link", blocking=False)(lambda ctx: ctx.url_for("link", _external=True))
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    assert ask(app, "GET /link", headers=headers).text == "http://localhost/link"


def test_requests_of_a_connection_keep_their_own_nonce():
    app = page_app()
    responses = [app.handle(Request.build("GET", "/nonce")) for _ in range(20)]
    assert len({bytes(response.body) for response in responses}) == 20
