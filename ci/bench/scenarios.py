"""What is asked of a subject, and when its answer counts as the same answer."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from . import asking
from .subjects import content


@dataclass(frozen=True, slots=True)
class Question:
    """One request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def same_bytes(body: bytes) -> object:
    return body


def same_json(body: bytes) -> object:
    """The JSON value, with a numeric ``timestamp`` reduced to the fact that it is a number."""
    value = json.loads(body)
    if isinstance(value, dict) and isinstance(value.get("timestamp"), int | float):
        return {**value, "timestamp": "a number"}
    return value


@dataclass(frozen=True, slots=True)
class Scenario:
    """A request and what must come back before anything is timed.

    ``headers`` must be in the answer with these values; each of ``fresh`` must hold 32 hex digits that differ
    between two answers. ``entrance`` is asked once before: the cookies of its answer are sent with the request, and
    its JSON object's members are sent as header fields.
    """

    name: str
    path: str
    media_type: str
    body: object
    meaning: Callable[[bytes], object] = same_bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()
    method: str = "GET"
    sent: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    entrance: str = ""

    def question(self, port: int) -> Question:
        """The request, as the server on ``port`` will accept it."""
        plain = Question(self.path, self.method, self.sent, self.content)
        if not self.entrance:
            return plain
        answer = fetch(port, Question(self.entrance, headers=self.sent))
        entered = {"Cookie": answer.headers["set-cookie"].partition(";")[0], **json.loads(answer.body)}
        return replace(plain, headers={**self.sent, **entered})

    def differences(self, first: Answer, second: Answer) -> Iterator[str]:
        """What two answers of one subject lack to be the answer that all subjects give."""
        if first.status != 200:
            yield f"status {first.status} instead of 200"
            return
        media_type = first.headers.get("content-type", "").partition(";")[0].strip()
        if media_type != self.media_type:
            yield f"content type {media_type!r} instead of {self.media_type!r}"
        try:
            meaning = self.meaning(first.body)
        except ValueError as error:
            yield f"a body that is not {self.media_type}: {error}"
        else:
            if meaning != self.body:
                yield f"another body: {first.body[:80]!r} ({len(first.body)} bytes)"
        for name, value in self.headers.items():
            if first.headers.get(name) != value:
                yield f"header {name}: {first.headers.get(name)!r} instead of {value!r}"
        for name in self.fresh:
            values = [answer.headers.get(name, "") for answer in (first, second)]
            if values[0] == values[1] or not all(re.fullmatch("[0-9a-f]{32}", value) for value in values):
                yield f"header {name} is not fresh per request: {values[0]!r}, {values[1]!r}"


def fetch(port: int, question: Question) -> Answer:
    """One request on a connection of its own. Raises OSError or http.client.HTTPException."""
    connection = http.client.HTTPConnection(content.HOST, port, timeout=5)
    try:
        connection.request(question.method, question.path, question.body or None, dict(question.headers))
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


def warm_up(port: int, question: Question, requests: int = 300) -> None:
    """Ask often enough on one connection that the interpreter has specialised the code on the way."""
    connection = http.client.HTTPConnection(content.HOST, port, timeout=5)
    try:
        for _ in range(requests):
            connection.request(question.method, question.path, question.body or None, dict(question.headers))
            connection.getresponse().read()
    finally:
        connection.close()


def verify(port: int, scenarios: tuple[Scenario, ...]) -> list[str]:
    """Each difference between what the server on ``port`` answers and what it should, as a sentence."""
    return [f"{scenario.path} gives {difference}" for scenario in scenarios for difference in faults(port, scenario)]


def faults(port: int, scenario: Scenario) -> Iterator[str]:
    """What is wrong with two answers to the same question."""
    try:
        question = scenario.question(port)
    except (KeyError, ValueError) as error:
        return iter([f"no entrance by {scenario.entrance}: {error!r}"])
    return scenario.differences(fetch(port, question), fetch(port, question))


HEALTHZ = Scenario("healthz", "/healthz", "text/plain", content.HEALTH.encode())
STATUS = Scenario(
    "status",
    "/api/status",
    "application/json",
    {"ok": True, "server": "bench", "timestamp": "a number"},
    meaning=same_json,
)
# Arlen's application answers with a correlation id and a trace as well; nobody else is asked for those.
ECHO = Scenario(
    "echo",
    "/api/echo/hank",
    "application/json",
    content.echo("hank", "/api/echo/hank"),
    meaning=same_json,
    headers=content.SECURITY_HEADERS,
    fresh=("x-request-id",),
)
BROWSER = Scenario(
    "status_browser",
    STATUS.path,
    STATUS.media_type,
    STATUS.body,
    meaning=same_json,
    sent=dict(line.split(": ", 1) for line in asking.BROWSER),
)
MODEL = Scenario(
    "model",
    "/api/orders",
    "application/json",
    {"customer": "grace@example.org", "total": 68.75, "order": content.ORDER},
    meaning=same_json,
    method="POST",
    sent={"Content-Type": "application/json"},
    content=json.dumps(content.ORDER).encode(),
)
HEAVY = Scenario(
    "heavy",
    "/api/pay",
    "application/json",
    {"paid": True, "by": "ada", "visits": 1},
    meaning=same_json,
    method="POST",
    sent={"Content-Type": "application/json", "Authorization": f"Bearer {content.bearer()}"},
    content=b'{"amount": 12}',
    entrance="/api/enter",
)
HTML = Scenario("html", "/", "text/html", content.page().encode())
FILE = Scenario("file", content.FILE_PATH, "application/octet-stream", content.BLOB)
BLOB = Scenario("blob", "/api/blob", "application/octet-stream", content.BLOB)
