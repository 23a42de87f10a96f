"""A small application on disk, and boomhauer serving it in real processes."""

import json
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import RemoteDisconnected
from pathlib import Path

import pytest
from arlen_testkit.events import EventReader
from arlen_testkit.processes import RunningServer, serve_process

DEADLINE_SECONDS = 20.0

FILES = {
    "pyproject.toml": '[tool.arlen]\napp = "shop.app:app"\n',
    "config/app.toml": 'log_level = "error"\n',
    "src/shop/__init__.py": "",
    "src/shop/app.py": """\
from pathlib import Path

from arlen_mvc import Application, Context

from shop.prices import PRICE

app = Application.from_root(Path(__file__).resolve().parents[2])


@app.get("/", name="home")
async def home(ctx: Context):
    return ctx.render("index", {"price": PRICE})


@app.get("/api/price")
async def price(ctx: Context):
    return {"price": PRICE}
""",
    "src/shop/prices.py": "PRICE = 10\n",
    "templates/index.html": "<html><body><h1>It costs {{ price }}.</h1></body></html>\n",
    "public/app.css": "h1 { color: black }\n",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    text: str

    def json(self):
        return json.loads(self.text)


@dataclass(frozen=True)
class Boomhauer:
    """boomhauer at work, seen from outside."""

    server: RunningServer
    root: Path

    @property
    def output(self):
        return self.server.output

    def write(self, path, text):
        (self.root / path).write_text(text)

    def get(self, path, **headers):
        request = urllib.request.Request(self.server.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as response:
                return Answer(response.status, dict(response.headers), response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read().decode())

    def get_until(self, path, condition, **headers):
        """Ask again and again until the answer is as wanted.

        A server that stops may cut a connection whose request it has not read yet: then a browser asks again, and so
        does this. Nobody listening at all is a failure.
        """
        end = time.monotonic() + DEADLINE_SECONDS
        answer = None
        while time.monotonic() < end:
            with suppress(ConnectionResetError, RemoteDisconnected):
                answer = self.get(path, **headers)
                if condition(answer):
                    return answer
        raise AssertionError(f"still {answer} after {DEADLINE_SECONDS} s; boomhauer said:\n{self.output}")

    def refuses_in_the_end(self):
        """Ask again and again until nobody listens."""
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            try:
                self.get("/")
            except urllib.error.URLError as error:
                if isinstance(error.reason, ConnectionRefusedError):
                    return
            except (ConnectionResetError, RemoteDisconnected):
                continue
        raise AssertionError(f"somebody still listens after {DEADLINE_SECONDS} s")

    @contextmanager
    def events(self):
        """The events that a browser gets; the first one has arrived when the block begins."""
        with urllib.request.urlopen(self.server.url + "/_arlen/reload", timeout=DEADLINE_SECONDS) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            yield _events(stream)


def _events(stream):
    reader = EventReader()
    for line in stream:
        yield from reader.feed(line.decode())


@pytest.fixture
def shop(tmp_path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def boomhauer(shop):
    """Start boomhauer in the shop; more arguments may be given."""

    @contextmanager
    def start(*arguments):
        command = [sys.executable, "-m", "arlen_cli.boomhauer", "--port", "0", *arguments]
        with serve_process(command, cwd=shop, env={"PYTHONDONTWRITEBYTECODE": ""}) as server:
            yield Boomhauer(server, shop)

    return start
