"""What kind of content some bytes are, told from how they begin."""

from __future__ import annotations

import re

SNIFFED_BYTES = 1024

_MAGIC: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "image/bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff"),
    (re.compile(rb".{4}ftyp(?:avif|avis)", re.DOTALL), "image/avif"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1)", re.DOTALL), "image/heic"),
    (re.compile(rb".{4}ftypM4A", re.DOTALL), "audio/mp4"),
    (re.compile(rb".{4}ftypqt  ", re.DOTALL), "video/quicktime"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm"),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2]"), "audio/mpeg"),
    (re.compile(rb"OggS"), "application/ogg"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), "application/zip"),
    (re.compile(rb"\x1f\x8b\x08"), "application/gzip"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "application/zstd"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "application/x-7z-compressed"),
    (re.compile(rb"Rar!\x1a\x07"), "application/vnd.rar"),
    (re.compile(rb"MZ"), "application/vnd.microsoft.portable-executable"),
    (re.compile(rb"\x7fELF"), "application/x-elf"),
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg[\s>]", re.I | re.S
        ),
        "image/svg+xml",
    ),
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*"
            rb"<(?:!doctype html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p)(?:[\s>/]|$)",
            re.I | re.S,
        ),
        "text/html",
    ),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml"), "application/xml"),
)

_WITHIN: dict[str, tuple[str, ...]] = {
    "application/zip": (
        "application/vnd.openxmlformats-officedocument.",
        "application/vnd.oasis.opendocument.",
        "application/epub+zip",
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/x-zip-compressed",
    ),
    "application/gzip": ("application/x-gzip", "application/x-tar", "application/x-gtar"),
    "application/xml": ("text/xml", "image/svg+xml", "application/xhtml+xml"),
    "application/ogg": ("audio/ogg", "video/ogg", "audio/opus"),
    "audio/wav": ("audio/x-wav", "audio/vnd.wave"),
    "video/mp4": ("audio/mp4", "video/quicktime", "video/x-m4v", "audio/x-m4a"),
    "video/webm": ("audio/webm", "video/x-matroska", "audio/x-matroska"),
    "image/heic": ("image/heif", "image/avif"),
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "image/bmp": ("image/x-ms-bmp",),
}


def sniff(head: bytes) -> str | None:
    """The media type that the first bytes speak of, or None: text and many other kinds have no signature."""
    beginning = head[:SNIFFED_BYTES]
    return next((media_type for magic, media_type in _MAGIC if magic.match(beginning)), None)


def agrees(declared: str, sniffed: str) -> bool:
    """Whether content that begins like ``sniffed`` may be called ``declared``: a word processor's file is a ZIP."""
    essence = declared.partition(";")[0].strip().lower()
    if essence in (sniffed, "application/octet-stream") or essence.startswith(_WITHIN.get(sniffed, ())):
        return True
    return essence.endswith(f"+{sniffed.rpartition('/')[2]}")
