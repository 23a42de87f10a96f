"""What a request reaches: a controller that can be made, and the method of the start or the one there now."""

from abc import ABC, abstractmethod

import pytest
from arlen_mvc import Application, ApplicationError, Controller, get


def counting_app(mode):
    class Counter(Controller):
        @get("/{n:int}", blocking=False)
        def show(self, n: int, step: int = 1):
            return {"n": n + step}

        @get("/later/{n:int}")
        async def later(self, n: int):
            return {"n": n}

    app = Application({"runtime_invocation_mode": mode})
    app.add_controller(Counter)
    app.get("/plain", blocking=False)(lambda: "plain")
    return app, Counter


@pytest.mark.parametrize("target", ["/1", "/1?step=4", "/1?step=x", "/later/3", "/plain", "/nothing"])
def test_both_modes_answer_alike(ask, target):
    cached, selector = (ask(counting_app(mode)[0], f"GET {target}") for mode in ("cached", "selector"))
    assert (cached.status, cached.headers["content-type"]) == (selector.status, selector.headers["content-type"])
    assert cached.status >= 400 or cached.body == selector.body


@pytest.mark.parametrize(("mode", "n"), [("cached", 2), ("selector", 100)])
def test_a_method_that_is_exchanged_after_the_start_is_reached_by_its_name_only(ask, mode, n):
    app, counter = counting_app(mode)
    assert ask(app, "GET /1").json == {"n": 2}
    counter.show = lambda self, n, step: {"n": 100}
    assert ask(app, "GET /1").json == {"n": n}


def test_the_mode_is_configured_and_can_be_asked_for(tmp_path):
    assert Application().runtime_invocation_mode == "cached"
    env = {"ARLEN_RUNTIME_INVOCATION_MODE": "selector"}
    assert Application.from_root(tmp_path, "test", env).runtime_invocation_mode == "selector"


def test_a_mode_that_does_not_exist_keeps_the_default():
    assert Application({"runtime_invocation_mode": "legacy"}).runtime_invocation_mode == "cached"


class Greedy(Controller):
    def __init__(self, service):
        self.service = service

    @get("/")
    def index(self):
        return "never"


class Unfinished(Controller, ABC):
    @get("/")
    def index(self):
        return self.text()

    @abstractmethod
    def text(self): ...


class Content(Controller):
    def __init__(self, service=None):
        self.service = service

    @get("/")
    def index(self):
        return "made"


@pytest.mark.parametrize(
    ("controller", "problem"), [(Greedy, "cannot be made without arguments"), (Unfinished, "is abstract: text")]
)
def test_a_controller_that_cannot_be_made_is_a_mistake_at_start(run, controller, problem):
    app = Application()
    app.add_controller(controller)
    with pytest.raises(ApplicationError, match=problem):
        run(app.start())


def test_a_controller_may_have_arguments_with_defaults(ask):
    app = Application()
    app.add_controller(Content)
    assert ask(app, "GET /").text == "made"
