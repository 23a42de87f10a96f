"""The media type of a file, told by its extension."""

from __future__ import annotations

__all__ = ["media_type"]

_TEXT = {
    "css": "text/css",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "map": "application/json",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "txt": "text/plain",
    "xml": "application/xml",
}
_BINARY = {
    "avif": "image/avif",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
}


def media_type(filename: str) -> str:
    """The Content-Type for a file of this name; ``application/octet-stream`` when nothing is known about it."""
    extension = filename.rpartition(".")[2].lower()
    if extension in _TEXT:
        return f"{_TEXT[extension]}; charset=utf-8"
    if extension in _BINARY:
        return _BINARY[extension]
    from mimetypes import guess_type

    kind, encoding = guess_type(filename)
    return kind if kind is not None and encoding is None else "application/octet-stream"
