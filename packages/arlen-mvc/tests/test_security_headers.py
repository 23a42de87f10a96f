"""Security headers: on every answer, and never against the application."""

import pytest
from arlen_mvc import Application, ApplicationError, Response

DEFAULTS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
    "x-permitted-cross-domain-policies": "none",
    "content-security-policy": "default-src 'self'",
}


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("line", ["GET /", "GET /nowhere", "POST /", "OPTIONS /", "GET /healthz", "GET /%zz"])
def test_every_answer_carries_them(ask, environment, line):
    app = Application({"environment": environment})
    app.get("/", blocking=False)(lambda: "page")
    assert ask(app, line).headers.items() >= DEFAULTS.items()


def test_the_application_s_own_value_wins_and_none_suppresses(ask):
    app = Application()

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.set_header("X-Frame-Options", "DENY")
        ctx.set_header("Content-Security-Policy", None)
        return Response("page", headers={"Referrer-Policy": "no-referrer"})

    headers = ask(app, "GET /").headers
    assert (headers["x-frame-options"], headers["referrer-policy"]) == ("DENY", "no-referrer")
    assert "content-security-policy" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_configuration_changes_and_empties_them(ask):
    app = Application({"security_headers": {"content_security_policy": "", "frame_options": "DENY"}})
    headers = ask(app, "GET /").headers
    assert headers["x-frame-options"] == "DENY"
    assert "content-security-policy" not in headers


@pytest.mark.parametrize("value", ["DENY\r\nset-cookie: admin=1", "DENY\n", "DENY\0", "\u20ac"])
def test_header_injection_a_configured_value_that_no_header_can_carry_keeps_it_from_starting(run, value):
    with pytest.raises(ApplicationError, match=r"security_headers\.frame_options: holds a line break"):
        run(Application({"security_headers": {"frame_options": value}}).start())


def test_configuration_turns_them_off(ask):
    headers = ask(Application({"security_headers": {"enabled": False}}), "GET /").headers
    assert not DEFAULTS.keys() & headers.keys()


def test_a_response_that_is_reused_carries_each_header_once(ask):
    constant = Response("same")
    app = Application({"environment": "production"})
    app.get("/", blocking=False)(lambda: constant)
    first = ask(app, "GET /").headers["x-request-id"]
    assert ask(app, "GET /").headers["x-request-id"] != first
