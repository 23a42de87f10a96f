"""What every subject serves, so that a difference in speed is never a difference in work."""

from __future__ import annotations

import argparse
import secrets
import tempfile
import time
from pathlib import Path
from typing import TypedDict

import jinja2

HOST = "127.0.0.1"
HEALTH = "ok\n"
BLOB = bytes(range(256)) * 4096
FILES = Path(tempfile.gettempdir()) / "arlen-bench"
FILE = FILES / "blob.bin"
FILE_PATH = "/static/blob.bin"
TEMPLATES = Path(__file__).parent / "templates"

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
    "x-permitted-cross-domain-policies": "none",
    "content-security-policy": "default-src 'self'",
}
SECURITY_LINES = "".join(f"{name}: {value}\r\n" for name, value in SECURITY_HEADERS.items()).encode()
SECURITY_PAIRS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class Status(TypedDict):
    ok: bool
    server: str
    timestamp: float


class Echo(TypedDict):
    name: str
    path: str


class Item(TypedDict):
    name: str
    price: float
    stock: int


class Page(TypedDict):
    title: str
    user: str
    items: list[Item]


PAGE = Page(
    title="Inventory",
    user="Ada & Grace",
    items=[
        Item(name="Bolt <M4>", price=0.12, stock=4200),
        Item(name="Nut", price=0.08, stock=3100),
        Item(name="Washer", price=0.02, stock=9000),
        Item(name='Bracket "L"', price=2.5, stock=75),
        Item(name="Hinge", price=4.75, stock=0),
    ],
)

_templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, auto_reload=False)
_page = _templates.get_template("page.html")


def status() -> Status:
    return {"ok": True, "server": "bench", "timestamp": time.time()}


def echo(name: str, path: str) -> Echo:
    return {"name": name, "path": path}


def page() -> str:
    """The HTML page, rendered with Jinja2: a layout, a partial and a loop."""
    return _page.render(PAGE)


def write_file() -> None:
    """Lay out the blob as the file that the subjects serve."""
    FILES.mkdir(exist_ok=True)
    FILE.write_bytes(BLOB)


def request_id() -> str:
    """32 hex digits, new for each request."""
    return secrets.token_hex(16)


def port() -> int:
    """The port that the harness gave on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    return int(parser.parse_args().port)
