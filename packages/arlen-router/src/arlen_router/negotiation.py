"""Formats: their media types, and which of them a client would rather have (RFC 9110 section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_media_types: dict[str, tuple[str, ...]] = {
    "atom": ("application/atom+xml",),
    "bin": ("application/octet-stream",),
    "css": ("text/css",),
    "csv": ("text/csv",),
    "gif": ("image/gif",),
    "html": ("text/html", "application/xhtml+xml"),
    "ics": ("text/calendar",),
    "jpg": ("image/jpeg",),
    "js": ("text/javascript", "application/javascript"),
    "json": ("application/json", "text/json"),
    "md": ("text/markdown",),
    "ndjson": ("application/x-ndjson", "application/jsonl"),
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "rss": ("application/rss+xml",),
    "sse": ("text/event-stream",),
    "svg": ("image/svg+xml",),
    "txt": ("text/plain",),
    "webp": ("image/webp",),
    "xml": ("application/xml", "text/xml"),
    "yaml": ("application/yaml", "text/yaml"),
    "zip": ("application/zip",),
}


def register_media_type(format: str, *media_types: str) -> None:
    """Make a format known to this process, or replace its media types; the first one is what responses carry."""
    _media_types[format.lower()] = tuple(media_type.lower() for media_type in media_types)


def media_types(format: str) -> tuple[str, ...]:
    """The media types of a format, the preferred one first; empty for an unknown format."""
    return _media_types.get(format, ())


def known_formats() -> Mapping[str, tuple[str, ...]]:
    """Every known format and its media types."""
    return dict(_media_types)


def negotiate(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered format that an ``Accept`` header prefers, or None when it accepts none of them.

    The most specific range that covers a format gives its quality, and equal qualities go to the earlier offer.
    Ranges that are not well-formed count as absent; where no range is left, everything is acceptable.
    """
    ranges = list(_ranges(accept or "*/*")) or [_Range("*", "*", plain=True, quality=1.0)]
    qualities = {format: _quality(format, ranges) for format in offered}
    best = max(qualities, key=qualities.__getitem__, default=None)
    return best if best is not None and qualities[best] > 0 else None


class _Range(NamedTuple):
    type: str
    subtype: str
    plain: bool
    """Whether it has no parameters; one with parameters asks for more than an offer says, so it counts as looser."""
    quality: float

    def specificity(self, media_type: str) -> int:
        """0 when the range does not cover the media type, else more for a closer range."""
        type, _, subtype = media_type.partition("/")
        if (self.type, self.subtype) == (type, subtype):
            return 4 if self.plain else 3
        if self.subtype == "*":
            return 2 if self.type == type else int(self.type == "*")
        return 0


def _ranges(accept: str) -> Iterator[_Range]:
    for item in accept.lower().split(","):
        media_range, *parameters = (part.strip() for part in item.split(";"))
        type, _, subtype = media_range.partition("/")
        weights = [part[2:] for part in parameters if part.startswith("q=")]
        if type and subtype and all(_weight(text) for text in weights):
            yield _Range(type, subtype, len(weights) == len(parameters), float(weights[0]) if weights else 1.0)


_weight = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?").fullmatch  # RFC 9110 section 12.4.2


def _quality(format: str, ranges: Sequence[_Range]) -> float:
    """What the closest range over any of the format's media types gives."""
    closest = max(
        ((each.specificity(media_type), each.quality) for media_type in media_types(format) for each in ranges),
        default=(0, 0.0),
    )
    return closest[1] if closest[0] else 0.0
