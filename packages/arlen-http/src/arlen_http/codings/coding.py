"""The interface behind which a library compresses, and how one is chosen by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from arlen_http.errors import ArlenHTTPError, MissingDependencyError

__all__ = ["Coding", "Encoder", "available_codings", "coding_named"]


class Encoder(Protocol):
    """One body on its way out, piece by piece."""

    def piece(self, data: bytes) -> bytes:
        """These bytes and all before them, so that a client can decode them without those that follow."""

    def finish(self) -> bytes:
        """The end."""


class Coding(Protocol):
    """One content coding."""

    @property
    def name(self) -> str:
        """Its token in Accept-Encoding and Content-Encoding."""

    def encode(self, body: bytes) -> bytes:
        """A whole body."""

    def encoder(self) -> Encoder:
        """For a body that comes in pieces."""


def coding_named(name: str) -> Coding:
    """The coding ``"gzip"``, ``"br"`` or ``"zstd"``.

    Raises:
        MissingDependencyError: its library is not installed.
        ArlenHTTPError: code ``unknown_coding``.
    """
    match name.strip().lower():
        case "gzip":
            from .gzip import GzipCoding

            return GzipCoding()
        case "br":
            from .brotli import BrotliCoding

            return BrotliCoding()
        case "zstd":
            from .zstd import ZstdCoding

            return ZstdCoding()
    message = f"no content coding is named {name!r}; there are gzip, br and zstd"
    raise ArlenHTTPError(message, code="unknown_coding", details={"coding": name})


def available_codings(names: Iterable[str]) -> dict[str, Coding]:
    """The codings of these names by name, in their order, without those whose library is missing.

    Raises:
        ArlenHTTPError: code ``unknown_coding``.
    """
    codings = {}
    for name in names:
        try:
            coding = coding_named(name)
        except MissingDependencyError:
            continue
        codings[coding.name] = coding
    return codings
