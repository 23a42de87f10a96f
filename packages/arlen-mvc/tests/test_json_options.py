"""How controllers have their JSON written."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from arlen_mvc import Application, ApplicationError, Controller, Response, get

PRETTY = '{\n  "a": 2,\n  "b": 1\n}'


@dataclass
class Pair:
    b: int
    a: int


class Written(Controller):
    json_options: ClassVar = {"pretty": True, "sort_keys": True}

    @get("/implicit", blocking=False)
    def implicit(self):
        return {"b": 1, "a": 2}

    @get("/explicit", blocking=False)
    def explicit(self):
        self.render_json({"b": 1, "a": 2})

    @get("/model", blocking=False)
    def model(self) -> Pair:
        return Pair(1, 2)

    @get("/promised", blocking=False, response_schema={"a": "integer", "b": "integer"})
    async def promised(self):
        return {"b": 1, "a": 2}

    @get("/own", blocking=False)
    def own(self):
        return Response.json({"b": 1, "a": 2})

    @get("/text", blocking=False)
    def text(self):
        return '{"b": 1}'


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/implicit", PRETTY),
        ("/explicit", PRETTY),
        ("/model", PRETTY),
        ("/promised", PRETTY),
        ("/own", '{"b":1,"a":2}'),
        ("/text", '{"b": 1}'),
    ],
)
def test_a_controller_says_how_its_json_is_written(ask, path, body):
    app = Application()
    app.add_controller(Written)
    assert ask(app, f"GET {path}").text == body


def test_an_option_that_nothing_reads_is_a_mistake_at_start(run):
    class Typo(Controller):
        json_options: ClassVar = {"prety": True}

        @get("/")
        def index(self):
            return {}

    app = Application()
    app.add_controller(Typo)
    with pytest.raises(ApplicationError, match="json_options has no option 'prety'"):
        run(app.start())
