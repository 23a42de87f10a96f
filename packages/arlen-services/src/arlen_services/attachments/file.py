"""Attachments as files of one directory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from arlen_services import system
from arlen_services.clock import Clock, system_clock
from arlen_services.errors import AttachmentError

from .content import CHUNK
from .draft import PART, FileDraft, FileReading
from .objects import ObjectEntry, Presentation
from .policy import OPEN_POLICY, AttachmentPolicy
from .stored import StoredAttachments


class FileObjects:
    """Objects as the files of a directory, which is made by the first of them."""

    __slots__ = ("_root",)

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def adapter_name(self) -> str:
        return "file_attachments"

    async def write(self, key: str, chunks: AsyncIterable[bytes], shown: Presentation) -> None:
        draft = FileDraft(self._root / key)
        await asyncio.to_thread(self._make_root)
        try:
            async for chunk in chunks:
                with _failing("cannot_write", "written", key):
                    await asyncio.to_thread(draft.write, chunk)
            with _failing("cannot_write", "written", key):
                await asyncio.to_thread(draft.commit)
        finally:
            await asyncio.to_thread(draft.abandon)

    async def read(self, key: str) -> bytes | None:
        with _failing("cannot_read", "read", key):
            return await asyncio.to_thread(_content, self._root / key)

    async def chunks(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        reading = FileReading(self._root / key, start, stop)
        try:
            while True:
                with _failing("cannot_read", "read", key):
                    piece = await asyncio.to_thread(reading.read, CHUNK)
                if not piece:
                    return
                yield piece
        finally:
            await asyncio.to_thread(reading.close)

    async def remove(self, key: str) -> bool:
        with _failing("cannot_write", "removed", key):
            return await asyncio.to_thread(self._remove, key)

    async def entries(self) -> AsyncIterator[ObjectEntry]:
        for key, modified_at in await self._files():
            if not key.endswith(PART):
                yield ObjectEntry(key, modified_at)

    async def tidy(self, before: datetime) -> int:
        parts = [key for key, modified_at in await self._files() if key.endswith(PART) and modified_at <= before]
        return sum([await self.remove(key) for key in parts])

    async def _files(self) -> list[tuple[str, datetime]]:
        with _failing("cannot_read", "listed", str(self._root)):
            return await asyncio.to_thread(lambda: list(_files(self._root)))

    def _make_root(self) -> None:
        try:
            system.make_directories(self._root)
        except OSError as error:
            raise AttachmentError(
                f"the directory {self._root} for attachments cannot be made: {error.strerror}; give another one, or "
                "the permission to make it",
                code="cannot_create_root",
                details={"root": str(self._root)},
            ) from error

    def _remove(self, key: str) -> bool:
        try:
            (self._root / key).unlink()
        except FileNotFoundError:
            return False
        system.sync_directory(self._root)
        return True


class FileAttachments(StoredAttachments):
    """Attachments as files: ``<id>.bin`` the data, ``<id>.json`` the description. Several processes may share one.

    Ids are random. A file appears when it is complete and on disk. The directory is made by the first attachment, for
    its owner alone (0700, files 0600); links in it are not followed, and files that are not attachments stay untouched.

    Args:
        root: the directory; ``~`` is your home directory.
        policy: what is accepted; everything, unless you say otherwise.
        clock: tells the present moment.

    Raises:
        AttachmentError: ``blank_root``; later, of ``save``: ``cannot_create_root``.
    """

    __slots__ = ()

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        policy: AttachmentPolicy = OPEN_POLICY,
        clock: Clock = system_clock,
    ) -> None:
        if not os.fspath(root).strip():
            raise AttachmentError(
                "attachments need a directory, and the path is blank; give one such as 'storage/attachments'",
                code="blank_root",
                permanent=True,
            )
        super().__init__(FileObjects(Path(root).expanduser().absolute()), policy=policy, clock=clock)


def _content(path: Path) -> bytes | None:
    try:
        reading = FileReading(path, 0, path.lstat().st_size)
    except FileNotFoundError:
        return None
    if path.is_symlink():
        return None
    try:
        return b"".join(iter(lambda: reading.read(CHUNK), b""))
    except FileNotFoundError:
        return None
    finally:
        reading.close()


def _files(root: Path) -> Iterator[tuple[str, datetime]]:
    try:
        listing = os.scandir(root)
    except FileNotFoundError:
        return
    with listing:
        for entry in listing:
            try:
                if entry.is_file(follow_symlinks=False):
                    yield entry.name, datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC)
            except FileNotFoundError:
                continue


@contextmanager
def _failing(code: str, done: str, key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AttachmentError(
            f"{key} cannot be {done}: {error.strerror or error}; look at the disk and at who owns the directory",
            code=code,
            details={"key": key},
        ) from error
