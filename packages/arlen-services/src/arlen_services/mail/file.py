"""Mail as files: what development sends to, and what a test of another process can read."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from arlen_services import system
from arlen_services.atomic_file import create_atomically
from arlen_services.clock import Clock, system_clock
from arlen_services.errors import MailError

from .delivery import MailDelivery
from .message import MailMessage
from .mime import compose, new_message_id, to_bytes
from .validation import validate

_FILE = re.compile(r"mail-([1-9]\d*)\.json")
_log = logging.getLogger("arlen.services.mail")


class FileMailer:
    """A ``Mailer`` that writes ``mail-<n>.json`` into a directory, readable by its owner only.

    A file is there wholly or not at all, and any number of processes may deliver into one directory: none takes the
    number of another. With ``eml`` the MIME message, which mail programs open, stands beside it as ``mail-<n>.eml``.

    Raises:
        MailError: code ``directory_blank`` or ``directory_unusable``; of `deliver` also ``not_serializable`` (the
            metadata is no JSON) and ``not_written``.
    """

    __slots__ = ("_clock", "_directory", "_eml", "adapter_name")

    def __init__(
        self,
        storage_directory: str | os.PathLike[str],
        *,
        eml: bool = False,
        adapter_name: str = "file_mail",
        clock: Clock = system_clock,
    ) -> None:
        if not str(storage_directory).strip():
            raise MailError("the directory for mail is blank; name one", code="directory_blank", permanent=True)
        self._directory = Path(storage_directory).expanduser()
        self._eml = eml
        self._clock = clock
        self.adapter_name = adapter_name
        try:
            system.make_directories(self._directory)
        except OSError as error:
            raise MailError(
                f"the directory {self._directory} for mail cannot be made: {error.strerror}",
                code="directory_unusable",
                details={"directory": str(self._directory)},
                permanent=True,
            ) from error

    async def deliver(self, message: MailMessage) -> str:
        validate(message)
        delivery = MailDelivery("", self._clock(), message)
        try:
            json.dumps(delivery.to_dict())
        except (TypeError, ValueError) as error:
            raise MailError(
                f"the metadata of the message is no JSON: {error}", code="not_serializable", permanent=True
            ) from error
        return await asyncio.to_thread(self._store, delivery)

    async def deliveries(self) -> list[MailDelivery]:
        return await asyncio.to_thread(lambda: list(self._read_all()))

    async def reset(self) -> None:
        await asyncio.to_thread(self._remove_all)

    def _store(self, delivery: MailDelivery) -> str:
        number = max(self._numbers(), default=0) + 1
        while True:
            named = replace(delivery, delivery_id=f"mail-{number}")
            try:
                create_atomically(
                    self._directory / f"mail-{number}.json", json.dumps(named.to_dict(), ensure_ascii=False).encode()
                )
            except FileExistsError:
                number += 1
                continue
            except OSError as error:
                raise self._not_written(error) from error
            if self._eml:
                self._store_eml(named)
            return named.delivery_id

    def _store_eml(self, delivery: MailDelivery) -> None:
        mail = compose(delivery.message, message_id=new_message_id(delivery.message), date=delivery.timestamp)
        try:
            create_atomically(self._directory / f"{delivery.delivery_id}.eml", to_bytes(mail, utf8=True))
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> MailError:
        return MailError(
            f"mail cannot be written into {self._directory}: {error.strerror}",
            code="not_written",
            details={"directory": str(self._directory)},
        )

    def _numbers(self) -> list[int]:
        try:
            names = os.listdir(self._directory)
        except OSError as error:
            raise MailError(
                f"the directory {self._directory} for mail cannot be read: {error.strerror}",
                code="directory_unusable",
                details={"directory": str(self._directory)},
            ) from error
        return sorted(int(match[1]) for match in map(_FILE.fullmatch, names) if match)

    def _read_all(self) -> Iterator[MailDelivery]:
        for number in self._numbers():
            path = self._directory / f"mail-{number}.json"
            try:
                yield MailDelivery.from_dict(json.loads(path.read_bytes()))
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                _log.warning("a mail file is skipped", extra={"file": str(path), "error": str(error)})

    def _remove_all(self) -> None:
        for number in self._numbers():
            for name in (f"mail-{number}.json", f"mail-{number}.eml"):
                with suppress(FileNotFoundError):
                    (self._directory / name).unlink()


def _stored(delivery: MailDelivery) -> bytes:
    return json.dumps(delivery.to_dict(), ensure_ascii=False).encode()
