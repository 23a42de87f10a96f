"""Requests as bytes."""

from __future__ import annotations

BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Referer: http://127.0.0.1:3000/",
    "Connection: keep-alive",
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-User: ?1",
    "Priority: u=0, i",
)


def get(path: str, *fields: str) -> bytes:
    """A GET request with these header fields beside Host."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1:3000", *fields]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
