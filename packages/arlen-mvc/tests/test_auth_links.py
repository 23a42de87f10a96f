"""Signed links: good for a while, for one address, from here."""

import pytest
from arlen_mvc import Application, ApplicationError
from arlen_mvc.auth import LinkError, Links, signed_link

SECRET = "a secret of the house, known to few of us"


def links(*secrets, now=1000):
    return Links(secrets or [SECRET], lambda: now)


def refusal(signer, target):
    with pytest.raises(LinkError) as caught:
        signer.verify(target)
    return caught.value.code


def test_a_link_is_good_until_it_expires():
    target = links().sign("/files/7", {"as": "pdf", "page": [1, 2]}, expires=60)
    assert target.startswith("/files/7?as=pdf&page=1&page=2&expires=1060&signature=")
    links(now=1059).verify(target)
    assert refusal(links(now=1060), target) == "link_expired"


def test_a_path_may_have_a_query_of_its_own():
    links().verify(links().sign("/files?expires=9", expires=60))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/files/7", "/files/8"),
        ("as=pdf", "as=doc"),
        ("expires=1060", "expires=9060"),
        ("?", "?x=1&"),
        ("&signature=", "&x=1&signature="),
        ("&signature=", "&signature=x"),
        ("as=pdf&expires=1060", "expires=1060&as=pdf"),
        ("/files", "/%66iles"),
    ],
)
def test_link_forgery_by_any_change_is_refused(old, new):
    target = links().sign("/files/7", {"as": "pdf"}, expires=60)
    assert refusal(links(), target.replace(old, new, 1)) == "link_forged"


def test_link_forgery_with_more_after_the_signature_or_none_is_refused():
    target = links().sign("/files/7", expires=60)
    assert refusal(links(), target + "&x=1") == "link_forged"
    assert refusal(links(), target + "é\udc80") == "link_forged"
    assert refusal(links(), target.partition("&signature=")[0]) == "link_unsigned"
    assert refusal(links(), "/files/7") == "link_unsigned"
    assert refusal(links(), f"{target.partition('&signature=')[0]}&signature=") == "link_forged"


def test_a_previous_secret_verifies_and_the_first_one_signs():
    old = links("old secret").sign("/a", expires=60)
    both = links("new secret", "old secret")
    both.verify(old)
    assert refusal(links("new secret"), old) == "link_forged"
    links("new secret").verify(both.sign("/a", expires=60))


def library(**auth):
    app = Application({"environment": "production", "auth": auth})

    @app.get("/files/{name}", name="file", guards=[signed_link])
    async def show(ctx, name: str):
        return name

    @app.get("/make")
    async def make(ctx):
        seconds, external = float(ctx.query("seconds") or 60), ctx.query("external") is not None
        return ctx.signed_url_for("file", name="a b", _expires=seconds, _external=external, kind="x&y")

    return app


def test_a_route_may_ask_for_a_signed_link(ask):
    app = library(link_secret=SECRET)
    link = ask(app, "GET /make").text
    assert ask(app, f"GET {link}").text == "a b"
    assert ask(app, "GET /files/a%20b").status == 403
    assert ask(app, f"GET {link.replace('a%20b', 'c')}").text == "forbidden\n"
    expired = ask(app, f"GET {ask(app, 'GET /make?seconds=-1').text}")
    assert (expired.status, expired.text) == (403, "this link has expired\n")


def test_a_link_may_be_a_whole_address(ask):
    link = ask(library(link_secret=SECRET), "GET /make?external=1").text
    assert link.startswith("http://localhost/files/a%20b?kind=x%26y&expires=")


def test_a_mounted_application_signs_its_links_with_its_prefix(ask):
    outer = Application()
    outer.mount("/lib", library(link_secret=SECRET))
    link = ask(outer, "GET /lib/make").text
    assert link.startswith("/lib/files/")
    assert ask(outer, f"GET {link}").text == "a b"


def test_a_route_that_asks_for_signed_links_needs_a_secret(run, ask):
    with pytest.raises(ApplicationError, match=r"set auth\.link_secret"):
        run(library().start())
    app = Application()

    @app.get("/make", name="make")
    async def make(ctx):
        with pytest.raises(LinkError, match=r"auth\.link_secret"):
            ctx.signed_url_for("make")
        return "refused"

    assert ask(app, "GET /make").text == "refused"
