"""Sockets that fail as a plan says."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from .trigger import Trigger

__all__ = ["FaultyListener"]


class FaultyListener(socket.socket):
    """A listening socket whose connections fail too."""

    trigger: Trigger

    @classmethod
    def bound(cls, trigger: Trigger, address: tuple[str, int]) -> FaultyListener:
        """One for this address; it does not listen yet."""
        listener = cls(socket.AF_INET, socket.SOCK_STREAM)
        listener.trigger = trigger
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        return listener

    def accept(self) -> tuple[_FaultyConnection, Any]:
        self.trigger.pull("io.accept")
        plain, address = super().accept()
        connection = _FaultyConnection(plain.family, plain.type, plain.proto, plain.detach())
        connection.trigger = self.trigger
        return connection, address


class _FaultyConnection(socket.socket):
    trigger: Trigger

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        match self.trigger.pull("io.recv"):
            case "EOF":
                return b""
            case "SHORT":
                return super().recv(1, flags)
            case _:
                return super().recv(size, flags)

    def send(self, data: Any, flags: int = 0, /) -> int:
        match self.trigger.pull("io.send"):
            case "EOF":
                return 0
            case "SHORT":
                return super().send(memoryview(data)[:1], flags)
            case _:
                return super().send(data, flags)

    def sendmsg(self, buffers: Iterable[Any], *options: Any) -> int:
        match self.trigger.pull("io.send"):
            case "EOF":
                return 0
            case "SHORT":
                return super().send(memoryview(next(iter(buffers)))[:1])
            case _:
                return super().sendmsg(buffers, *options)
