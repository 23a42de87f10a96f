"""Files of a directory, served by their path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from .codings import accepted_codings
from .files.media_types import media_type
from .files.open_files import NotAFile, OpenFile, shared_files
from .files.response import SMALL_FILE_BYTES, send_selection
from .files.selection import Selection, selected
from .headers import MutableHeaders
from .request import Request
from .response import Response
from .writer import ResponseWriter

__all__ = ["DEFAULT_EXTENSIONS", "HASHED_NAMES", "StaticFiles"]

_EXTENSIONS = "css js mjs json map wasm txt html htm xml svg png jpg jpeg gif ico webp avif woff woff2 pdf mp4"
DEFAULT_EXTENSIONS = frozenset(_EXTENSIONS.split())

#: Names that bundlers give to files that never change: ``app.3f2a1b9c.js``, ``index-BfH3kz9A.css``. Eight or more
#: letters and digits, at least one of each, stand between a dot or hyphen and the extension.
HASHED_NAMES = r".*[.-](?=[A-Za-z_]*\d)(?=[\d_]*[A-Za-z])\w{8,}\.\w+(?:\.map)?"

_INDEXES = ("index.html", "index.htm")
# By coding, in the order of preference, what is added to the name of a file.
_SIBLINGS = {"br": "br", "zstd": "zst", "gzip": "gz"}
_NOSNIFF = b"x-content-type-options: nosniff\r\n"
_FOREVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """A handler for the files below a directory; mount it, or serve it as it is.

    Only files with an allowed extension are served, never one whose name or directory begins with a dot, and never one
    that a symbolic link leads to outside of the directory. A directory stands for its ``index.html`` or ``index.htm``.
    Beside ``app.js`` there may be ``app.js.br``, ``app.js.zst`` and ``app.js.gz``, not older than it: they are sent to
    the clients that accept their coding.

    Args:
        directory: the root; it need not exist yet.
        allow_extensions: without dots, in any case; empty means `DEFAULT_EXTENSIONS`.
        cache_control: value of the Cache-Control field.
        immutable: a regular expression for the names of files that never change, such as `HASHED_NAMES`; they are sent
            with ``Cache-Control: public, max-age=31536000, immutable``.
        media_types: Content-Type by extension, before the built-in table.
        fallback: a file below the root, such as ``index.html``, that answers where there is none: for paths without an
            extension, to clients that accept HTML.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        allow_extensions: Iterable[str] = (),
        cache_control: str | None = None,
        immutable: str | None = None,
        media_types: Mapping[str, str] | None = None,
        fallback: str | None = None,
    ) -> None:
        self.directory = os.path.realpath(directory)
        wanted = frozenset(map(_bare, allow_extensions)) - {""}
        self.allow_extensions = wanted or DEFAULT_EXTENSIONS
        self._media_types = {_bare(extension): kind for extension, kind in (media_types or {}).items()}
        self._immutable = re.compile(immutable or r"(?!)")
        always = {"accept-ranges": "bytes"}
        self._usual = _lines({**always, "cache-control": cache_control} if cache_control else always)
        self._forever = _lines({**always, "cache-control": _FOREVER})
        self._fallback = fallback

    def handle(self, request: Request) -> Response:
        """Answer a GET or HEAD for a path below the root.

        Raises:
            RequestRefused: 400 for a path that does not decode.
        """
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed\n", 405, {"allow": "GET, HEAD"})
        name = request.path.removeprefix("/")
        if ".." in name or name.startswith((".", "/")) or "/." in name:
            return _not_found()
        return self._named(request, name) or self._index(request, name) or self._instead(request, name) or _not_found()

    def _named(self, request: Request, name: str) -> Response | None:
        """The file of this name."""
        leaf = name.rpartition("/")[2]
        if _extension(leaf) not in self.allow_extensions:
            return None
        try:
            opened = shared_files.beneath(self.directory, name)
        except NotAFile as other:
            return None if other.is_directory else _unreadable()
        except PermissionError:
            return _unreadable()
        except OSError:
            return None
        if leaf.lower() in _INDEXES:
            return self._moved(request, f"{request.raw_path.rpartition('/')[0]}/")
        return self._sent(request, name, opened)

    def _index(self, request: Request, name: str) -> Response | None:
        """The index of a directory, or the way to it."""
        slash = not name or name.endswith("/")
        for index in _INDEXES:
            path = f"{name}{index}" if slash else f"{name}/{index}"
            opened = self._opened(path) if _extension(index) in self.allow_extensions else None
            if opened is not None:
                return self._sent(request, path, opened) if slash else self._moved(request, f"{request.raw_path}/")
        return None

    def _instead(self, request: Request, name: str) -> Response | None:
        """The fallback, for what the part of an application that runs in the browser may know."""
        if not self._fallback or "." in name.rpartition("/")[2]:
            return None
        if "text/html" not in request.headers.get("accept", "").lower():
            return None
        opened = self._opened(self._fallback)
        return None if opened is None else self._sent(request, self._fallback, opened, b"vary: Accept\r\n")

    def _sent(self, request: Request, name: str, opened: OpenFile, vary: bytes = b"") -> Response:
        leaf = name.rpartition("/")[2]
        content_type = self._media_types.get(_extension(leaf)) or media_type(leaf)
        fields = vary + (self._forever if self._immutable.fullmatch(leaf) else self._usual)
        etag = opened.etag
        if self._has_siblings(name, opened):
            fields += b"vary: Accept-Encoding\r\n"
            sibling, coding = self._accepted_sibling(request, name, opened)
            if sibling is not None:
                opened, etag = sibling, f'{sibling.etag[:-1]}-{coding}"'
                fields += b"content-encoding: %b\r\n" % coding.encode()
        selection = selected(request, opened, content_type, etag)
        if selection.content_range:
            fields += f"content-range: {selection.content_range}\r\n".encode()
        fields += f"etag: {etag}\r\nlast-modified: {opened.last_modified}\r\n".encode()
        if selection.length <= SMALL_FILE_BYTES:
            return _StaticFile(selection, fields, selection.read(opened.file))
        return _LargeStaticFile(selection, fields, opened)

    def _has_siblings(self, name: str, opened: OpenFile) -> bool:
        """Whether there were any when the file was opened; later ones are noticed when it is opened again."""
        if opened.siblings is None:
            opened.siblings = tuple(coding for coding in _SIBLINGS if self._sibling(name, opened, coding))
        return bool(opened.siblings)

    def _accepted_sibling(self, request: Request, name: str, opened: OpenFile) -> tuple[OpenFile | None, str]:
        accepted = ",".join(request.headers.get_all("accept-encoding"))
        for coding in accepted_codings(accepted, opened.siblings or ()):
            sibling = self._sibling(name, opened, coding)
            if sibling is not None:
                return sibling, coding
        return None, ""

    def _sibling(self, name: str, opened: OpenFile, coding: str) -> OpenFile | None:
        """The same file in a coding; one that is older than it (in whole seconds) holds what it was before."""
        sibling = self._opened(f"{name}.{_SIBLINGS[coding]}")
        return sibling if sibling is not None and sibling.modified >= opened.modified else None

    def _opened(self, name: str) -> OpenFile | None:
        try:
            return shared_files.beneath(self.directory, name)
        except (NotAFile, OSError):
            return None

    def _moved(self, request: Request, raw_path: str) -> Response:
        query = f"?{request.query_string}" if request.query_string else ""
        location = f"{request.root_path}{raw_path}{query}"
        return Response("moved permanently\n", 301, {"location": location, "x-content-type-options": "nosniff"})


class _StaticFile(Response):
    """Content of a file; its fields are sent before whatever becomes of ``constant_headers``."""

    __slots__ = ("_fields", "_more")

    def __init__(self, selection: Selection, fields: bytes, body: bytes) -> None:
        super().__init__(body, selection.status, None, selection.content_type)
        self._fields = fields

    @property
    def constant_headers(self) -> bytes:
        more = self._more
        return self._fields + (more if b"x-content-type-options:" in more else _NOSNIFF + more)

    @constant_headers.setter
    def constant_headers(self, lines: bytes) -> None:
        self._more = lines


class _LargeStaticFile(_StaticFile):
    """Content of a file that is sent while it is read."""

    __slots__ = ("_opened", "_selection")

    in_memory: ClassVar[bool] = False
    ends_with_client: ClassVar[bool] = False

    def __init__(self, selection: Selection, fields: bytes, opened: OpenFile) -> None:
        super().__init__(selection, fields, b"")
        self._selection = selection
        self._opened = opened

    async def send(self, writer: ResponseWriter) -> None:
        await send_selection(writer, self, self._selection, self._opened)


def _lines(fields: Mapping[str, str]) -> bytes:
    """Checked fields as lines of a head."""
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in MutableHeaders(fields))


def _bare(extension: str) -> str:
    return extension.strip().lstrip(".").lower()


def _extension(leaf: str) -> str:
    return leaf.rpartition(".")[2].lower() if "." in leaf else ""


def _not_found() -> Response:
    return Response("not found\n", 404)


def _unreadable() -> Response:
    return Response("failed to read static asset\n", 500)
