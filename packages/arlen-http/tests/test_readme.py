"""The example in the README runs."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from arlen_http import Request

README = Path(__file__).parents[1] / "README.md"


def test_the_example_answers():
    [block] = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names = {"__name__": "hello"}
    exec(block, names)
    response = asyncio.run(names["app"](Request.build("POST", "/greet?name=Ada", body='{"mood": "fine"}')))
    assert response.body == b'{"hello":"Ada","mood":"fine"}'
