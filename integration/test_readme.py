"""What the front page promises."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from arlen_testkit.processes import serve_process

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_application_of_the_readme_is_served_by_the_development_server(tmp_path, script):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "app_lite.py").write_text(example)
    with serve_process([script("boomhauer"), "--port", "0", "--no-watch"], cwd=tmp_path) as server:
        answer = httpx.get(f"{server.url}/hello/Ada", params={"excited": "yes"})
    assert answer.json() == {"hello": "Ada!"}


def test_the_readme_links_to_every_package():
    text = README.read_text()
    for package in (README.parent / "packages").iterdir():
        assert f"](packages/{package.name})" in text
