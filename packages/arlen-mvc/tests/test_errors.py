"""Error answers: one JSON shape, pages, text; handlers of the application; what production conceals."""

import pytest
from arlen_mvc import Application, FieldError, HTTPError

JSON = {"accept": "application/json"}


class StockEmpty(Exception):
    pass


def failing(error, config=None, **options):
    app = Application(config or {}, **options)

    @app.get("/", blocking=False)
    def index():
        raise error

    return app


def test_the_json_shape_of_an_error(ask):
    error = HTTPError(
        409, "sold_out", "Sold out", [FieldError("sku", "gone", "is gone", {"left": 0})], {"x-hint": "later"}
    )
    answer = ask(failing(error), "GET /", headers=JSON)
    request_id = answer.headers["x-request-id"]
    assert answer.json == {
        "error": {
            "code": "sold_out",
            "message": "Sold out",
            "status": 409,
            "request_id": request_id,
            "correlation_id": request_id,
        },
        "details": [{"field": "sku", "code": "gone", "message": "is gone", "meta": {"left": 0}}],
    }
    assert (answer.status, answer.headers["x-hint"]) == (409, "later")


def test_validation_errors_name_the_trace(ask):
    app = Application()

    @app.get("/", blocking=False)
    def index(page: int):
        return page

    answer = ask(app, "GET /?page=x", headers=JSON)
    assert answer.json["error"]["trace_id"] == answer.headers["x-trace-id"]


def test_an_api_only_application_answers_json_to_everybody(ask):
    answer = ask(Application({"api_only": True}), "GET /nowhere", headers={"accept": "text/html"})
    assert answer.json["error"]["code"] == "not_found"


@pytest.mark.parametrize("error", [ValueError("password=hunter2"), HTTPError(503, "overload", "secret detail")])
def test_production_tells_nothing_about_its_own_faults(ask, caplog, error):
    app = failing(error, {"environment": "production"})
    answer = ask(app, "GET /", headers=JSON)
    assert "details" not in answer.json
    assert answer.json["error"]["message"] in ("Internal Server Error", "Service Unavailable")
    page = ask(app, "GET /")
    assert page.text in ("internal server error\n", "service unavailable\n")


def test_an_unexpected_exception_is_logged_once_with_its_traceback_and_request(ask, caplog):
    answer = ask(failing(ValueError("bad")), "GET /")
    [record] = caplog.records
    assert (record.name, record.levelname, record.message) == ("arlen", "ERROR", "controller exception")
    assert record.exc_info[0] is ValueError
    assert record.fields["request_id"] == answer.headers["x-request-id"]
    assert record.fields["action"] == "index"


def test_a_client_fault_is_not_logged(ask, caplog):
    ask(failing(HTTPError(404)), "GET /")
    assert caplog.records == []


@pytest.mark.parametrize("status", [404, 422, 500])
def test_an_application_s_own_page_is_used_for_html_clients(ask, write, caplog, status):
    root = write({f"templates/errors/{status}.html": "<h1>{{ status }} {{ message }}</h1>"})
    app = failing(HTTPError(status, message="Oh <no>"), {"environment": "production"}, root=root)
    message = "Internal Server Error" if status == 500 else "Oh &lt;no&gt;"
    answer = ask(app, "GET /")
    assert (answer.status, answer.text) == (status, f"<h1>{status} {message}</h1>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert ask(app, "GET /", headers=JSON).json["error"]["status"] == status


def test_a_page_that_fails_itself_falls_back_to_text(ask, write, caplog):
    root = write({"templates/errors/404.html": "{{ 1 / 0 }}"})
    answer = ask(Application(root=root), "GET /nowhere")
    assert (answer.status, answer.text) == (404, "not found\n")
    assert [record.message for record in caplog.records] == ["error template failed"]


def test_a_handler_answers_for_an_exception_class_and_its_subclasses(ask, caplog):
    class ShelfEmpty(StockEmpty):
        pass

    app = failing(ShelfEmpty("books"))

    @app.error_handler(StockEmpty)
    def handle(ctx, error):
        return {"empty": str(error)}, 409

    answer = ask(app, "GET /")
    assert (answer.status, answer.json) == (409, {"empty": "books"})
    assert caplog.records == []


def test_a_handler_for_a_status_keeps_that_status(ask):
    app = Application()

    @app.error_handler(404)
    async def handle(ctx, error):
        return f"nothing at {ctx.request.path}"

    answer = ask(app, "GET /nowhere")
    assert (answer.status, answer.text) == (404, "nothing at /nowhere")


def test_a_handler_that_fails_is_answered_like_any_failure(ask, caplog):
    app = failing(StockEmpty())

    @app.error_handler(StockEmpty)
    def handle(ctx, error):
        raise LookupError("handler")

    assert ask(app, "GET /", headers=JSON).json["error"]["message"] == "LookupError: handler"


@pytest.mark.parametrize("handled", [True, False])
def test_nothing_that_a_failed_action_prepared_is_sent(ask, caplog, handled):
    app = Application()
    if handled:
        app.error_handler(ValueError)(lambda ctx, error: {"handled": True})

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.set_header("cache-control", "max-age=3600")
        ctx.render_html("<p>half", 201)
        raise ValueError

    answer = ask(app, "GET /", headers=JSON)
    assert answer.status == 500
    assert "cache-control" not in answer.headers


def test_a_body_that_cannot_be_read_is_the_client_s_fault(ask):
    app = Application()

    @app.post("/")
    async def index(ctx):
        return await ctx.request.json()

    answer = ask(app, "POST /", body=b"{broken", headers=JSON)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_json")


def test_a_client_that_went_away_is_left_to_the_server(run):
    from arlen_http import ClientDisconnect, Request

    app = failing(ClientDisconnect("gone"))
    with pytest.raises(ClientDisconnect):
        app.handle(Request.build("GET", "/"))
