"""A Unix socket to listen on: its path, its permissions and its end."""

from __future__ import annotations

import os
import re
import socket
import stat

from arlen_http.errors import ServerStartError

__all__ = ["unix_socket"]


def unix_socket(path: str, mode: str) -> socket.socket:
    """A socket at a path; one that a dead server left there is replaced.

    Args:
        mode: permissions in octal; empty for what the umask gives.

    Raises:
        ServerStartError: code ``invalid_unix_socket_mode``.
        OSError: the path cannot be had.
    """
    permissions = _permissions(mode)
    sock = PathSocket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _is_abandoned(path):
            os.unlink(path)
        sock.bind(path)
        if permissions is not None:
            os.chmod(path, permissions)
    except BaseException:
        sock.close()
        raise
    return sock


class PathSocket(socket.socket):
    """A Unix socket that takes its path away when it is closed, unless another process does it or has replaced it."""

    _made: tuple[str, os.stat_result, int] | None = None

    def bind(self, path: str) -> None:  # type: ignore[override]
        super().bind(path)
        self._made = os.path.abspath(path), os.stat(path), os.getpid()

    def close(self) -> None:
        made, self._made = self._made, None
        super().close()
        if made is None:
            return
        path, status, process = made
        try:
            if process == os.getpid() and os.path.samestat(os.stat(path), status):
                os.unlink(path)
        except FileNotFoundError:
            return


def _permissions(mode: str) -> int | None:
    if not mode:
        return None
    if not re.fullmatch("0?[0-7]{3}", mode):
        raise ServerStartError(
            f'unix_socket_mode: "{mode}" is not a mode; write three octal digits, such as 660',
            code="invalid_unix_socket_mode",
            details={"mode": mode},
        )
    return int(mode, 8)


def _is_abandoned(path: str) -> bool:
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            return False
    except FileNotFoundError:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return True
    return False
