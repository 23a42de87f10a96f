"""What answers in place of an application that cannot."""

import pytest
from arlen_cli.boomhauer.failure import BuildFailure, Place, Stage
from arlen_cli.boomhauer.pages import FailurePages, WaitingPages
from arlen_testkit.client import Client

FAILURE = BuildFailure(
    Stage.IMPORT,
    'NameError: name "<b>" is not defined',
    output="Traceback <i>…",
    place=Place("/srv/shop/app.py", 12, 5),
    snippet="  11 | a\n> 12 | <script>\n  13 | c",
    warnings=("app.py:3: SyntaxWarning: <u>",),
    command="boomhauer --no-watch",
)


@pytest.fixture
def client():
    with Client(FailurePages(FAILURE)) as client:
        yield client


def test_a_browser_gets_a_page_that_escapes_everything(client):
    answer = client.get("/anything", headers={"accept": "text/html"})
    assert answer.status == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = answer.html
    assert page.css_first("title").text() == "Boomhauer Build Error"
    assert page.css_first("h1").text() == "Boomhauer Build Failed"
    assert page.css_first(".message").text() == FAILURE.message
    assert page.css_first(".place").text() == "/srv/shop/app.py:12:5"
    assert page.css_first("pre .culprit").text() == "> 12 | <script>"
    facts = dict(zip((n.text() for n in page.css("dt")), (n.text() for n in page.css("dd")), strict=True))
    assert facts == {"Severity": "error", "Stage": "import", "Command": "boomhauer --no-watch", "Exit code": "1"}
    assert not page.css("script, b, i, u")


def test_errors_are_open_and_warnings_collapsed(client):
    output, warnings = client.get("/").html.css("details")
    assert "open" in output.attributes
    assert "open" not in warnings.attributes
    assert "SyntaxWarning" in warnings.text()


def test_the_page_needs_nothing_from_elsewhere_and_allows_only_its_own_script(client):
    answer = client.get("/")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http" not in answer.text.partition("<style>")[2].partition("</style>")[0]
    assert not answer.html.css("link, img")


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/", "application/json"),
        ("/", "text/json, text/html"),
        ("/api", "text/html"),
        ("/api/users", "*/*"),
        ("/api/dev/build-error", "text/html"),
    ],
)
def test_programs_get_the_same_facts_as_json(client, path, accept):
    answer = client.post(path, headers={"accept": accept})
    assert answer.status == 500
    document = answer.json()
    assert document["error"]["code"] == "dev_build_failed"
    assert document["error"]["request_id"] == document["error"]["correlation_id"] != ""
    assert document["details"] == FAILURE.details()


@pytest.mark.parametrize("path", ["/apiary", "/users"])
def test_only_paths_under_api_ask_for_json(client, path):
    assert "<!doctype html>" in client.get(path).text


def test_health_is_degraded(client):
    answer = client.post("/healthz")
    assert (answer.status, answer.text) == (200, "degraded\n")


def test_a_build_that_takes_long_is_told_as_a_page_that_may_be_asked_again():
    with Client(WaitingPages()) as client:
        answer = client.get("/")
        assert answer.status == 503
        assert answer.headers["retry-after"] == "1"
        assert "being built" in answer.text
        assert client.get("/healthz").text == "degraded\n"
