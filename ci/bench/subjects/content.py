"""What every subject serves, so that a difference in speed is never a difference in work."""

from __future__ import annotations

import argparse
import base64
import hmac
import json
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

ORDER = {
    "customer": {"name": "Grace Hopper", "email": "grace@example.org", "since": "1952-05-04"},
    "lines": [
        {"sku": f"SKU-{number:05}", "title": f"Part number {number} of the assembly", "quantity": number, "price": 1.25}
        for number in range(1, 11)
    ],
    "currency": "EUR",
    "note": "Please ring twice; the door is behind the workshop.",
    "express": True,
}
"""About a kilobyte of JSON."""

JWT_SECRET = "a secret of the benchmark that is long enough for HS256"
SESSION_SECRET = "another secret of the benchmark, for the session's cookie"
JWT_CLAIMS = {"sub": "ada", "scope": "orders:write", "exp": 4_102_444_800}
RATE_LIMIT = 1_000_000_000


def bearer() -> str:
    """A token for JWT_CLAIMS, signed with JWT_SECRET by HS256 (RFC 7519)."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = f"{part(json.dumps({'alg': 'HS256', 'typ': 'JWT'}).encode())}.{part(json.dumps(JWT_CLAIMS).encode())}"
    return f"{signed}.{part(hmac.digest(JWT_SECRET.encode(), signed.encode(), 'sha256'))}"


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
