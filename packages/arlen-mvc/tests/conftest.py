"""What the tests share: a loop, and a way to ask an application without a socket."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from arlen_http import Request, Response
from arlen_mvc import Application


class Answer:
    """A response as a client sees it: every header line by its lower-case name."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status
        self.body = bytes(response.body)
        self.headers: dict[str, str] = {"content-type": response.content_type}
        self.headers |= dict(response.headers.items())
        for line in response.constant_headers.decode("latin-1").split("\r\n")[:-1]:
            name, _, value = line.partition(": ")
            assert name not in self.headers, f"{name} is sent twice"
            self.headers[name] = value

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json; charset=utf-8"
        return json.loads(self.body)


Ask = Callable[..., Answer]
Run = Callable[..., Any]


async def ask_once(app: Application, method: str, target: str, **options: Any) -> Answer:
    result = app.handle(Request.build(method, target, **options))
    return Answer(result if isinstance(result, Response) else await result)


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a coroutine on the test's own event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def ask(run: Run) -> Ask:
    """``ask(app, "GET /users/7", headers={...}, body=b"...")`` gives the application's answer."""

    def ask(app: Application, line: str, **options: Any) -> Answer:
        method, target = line.split(" ")
        answer: Answer = run(ask_once(app, method, target, **options))
        return answer

    return ask


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write files below a temporary directory, and give the directory."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write
