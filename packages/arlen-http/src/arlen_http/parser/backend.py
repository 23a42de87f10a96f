"""The interface behind which a library parses request heads, and how one is chosen by name."""

from __future__ import annotations

from typing import Protocol

__all__ = ["HeadParser", "backend_named"]


class HeadParser(Protocol):
    """Reads the fields of one complete request head; holds nothing between two heads."""

    name: str
    version: str

    def fields(self, head: bytes) -> list[tuple[bytes, bytes]]:
        """The fields in the order of arrival: names in lower case, whitespace after a value may still be there.

        Args:
            head: request line, field lines and blank line; the request line ends in ``HTTP/1.0`` or ``HTTP/1.1``.

        Raises:
            RequestRefused: status 400, for whatever RFC 9112 does not allow in a head.
        """


def backend_named(name: str) -> HeadParser:
    """A new backend: ``"httptools"`` (alias ``"llhttp"``) or ``"h11"`` (alias ``"pure"``).

    Where httptools is not installed, h11 takes its place.

    Raises:
        MissingDependencyError: h11 is needed and not installed.
        ValueError: there is no backend of this name.
    """
    match name.strip().lower():
        case "httptools" | "llhttp":
            try:
                from .httptools import HttptoolsParser
            except ImportError:
                return backend_named("h11")
            return HttptoolsParser()
        case "h11" | "pure":
            from .h11 import H11Parser

            return H11Parser()
        case _:
            raise ValueError(f"no HTTP parser backend is named {name!r}; there are httptools and h11")
