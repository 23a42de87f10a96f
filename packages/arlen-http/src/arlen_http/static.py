"""Files of a directory, served by their path."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping

from .file import FileResponse
from .media_types import media_type
from .request import Request
from .response import Response

__all__ = ["DEFAULT_EXTENSIONS", "StaticFiles"]

_EXTENSIONS = "css js mjs json map wasm txt html htm xml svg png jpg jpeg gif ico webp avif woff woff2 pdf mp4"
DEFAULT_EXTENSIONS = frozenset(_EXTENSIONS.split())
_INDEXES = ("index.html", "index.htm")


class StaticFiles:
    """A handler for the files below a directory; mount it, or serve it as it is.

    Only files with an allowed extension are served, never one whose name or directory begins with a dot, and never one
    that a symbolic link leads to outside of the directory. A directory stands for its ``index.html`` or ``index.htm``.

    Args:
        directory: the root; it need not exist yet.
        allow_extensions: without dots, in any case; empty means `DEFAULT_EXTENSIONS`.
        cache_control: value of the Cache-Control field.
        media_types: Content-Type by extension, before the built-in table.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        allow_extensions: Iterable[str] = (),
        cache_control: str | None = None,
        media_types: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = os.path.realpath(directory)
        wanted = frozenset(extension.strip().lstrip(".").lower() for extension in allow_extensions) - {""}
        self.allow_extensions = wanted or DEFAULT_EXTENSIONS
        self._media_types = {extension.lower(): kind for extension, kind in (media_types or {}).items()}
        self._headers = {"x-content-type-options": "nosniff"}
        if cache_control is not None:
            self._headers["cache-control"] = cache_control

    def handle(self, request: Request) -> Response:
        """Answer a GET or HEAD for a path below the root.

        Raises:
            RequestRefused: 400 for a path that does not decode.
        """
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed\n", 405, {"allow": "GET, HEAD"})
        name = request.path.removeprefix("/")
        path = self._resolved(name)
        if path is None:
            return _not_found()
        try:
            mode = os.stat(path).st_mode
        except OSError:
            return _not_found()
        if stat.S_ISDIR(mode):
            return self._directory(request, path)
        folder, _, leaf = request.raw_path.rpartition("/")
        if leaf.lower() in _INDEXES:
            return self._moved(request, f"{folder}/")
        return self._file(path, mode)

    def _resolved(self, name: str) -> str | None:
        """The real path of a name, or ``None`` when it is not to be served."""
        segments = name.split("/")
        if ".." in name or name.startswith("/") or any(segment.startswith(".") for segment in segments):
            return None
        path = os.path.realpath(os.path.join(self.directory, name))
        inside = path == self.directory or path.startswith(os.path.join(self.directory, ""))
        return path if inside else None

    def _directory(self, request: Request, path: str) -> Response:
        for index in _INDEXES:
            target = self._resolved(os.path.relpath(os.path.join(path, index), self.directory))
            if target is not None and os.path.isfile(target):
                if request.raw_path.endswith("/"):
                    return self._file(target, os.stat(target).st_mode)
                return self._moved(request, f"{request.raw_path}/")
        return _not_found()

    def _file(self, path: str, mode: int) -> Response:
        extension = path.rpartition(".")[2].lower() if "." in os.path.basename(path) else ""
        if extension not in self.allow_extensions:
            return _not_found()
        if not stat.S_ISREG(mode) or not os.access(path, os.R_OK):
            return Response("failed to read static asset\n", 500)
        kind = self._media_types.get(extension) or media_type(path)
        return FileResponse(path, headers=self._headers, content_type=kind)

    def _moved(self, request: Request, raw_path: str) -> Response:
        query = f"?{request.query_string}" if request.query_string else ""
        location = f"{request.root_path}{raw_path}{query}"
        return Response("moved permanently\n", 301, {"location": location, **self._headers})


def _not_found() -> Response:
    return Response("not found\n", 404)
