"""Attachments in a bucket of S3 or of a store that speaks like it (MinIO, R2, Ceph), through obstore."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from arlen_services.clock import Clock, system_clock
from arlen_services.errors import AttachmentError, MissingDependencyError

from .content import CHUNK
from .handoff import Handoff
from .objects import ObjectEntry, Presentation
from .policy import OPEN_POLICY, AttachmentPolicy
from .stored import DATA, StoredAttachments

try:
    import obstore
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
    from obstore.store import S3Store
except ImportError as error:
    raise MissingDependencyError("S3", extra="s3") from error

if TYPE_CHECKING:
    from obstore import Attributes

PART = 8 * 1024 * 1024
PARTS_AT_ONCE = 2
READ = 4 * 1024 * 1024
_FAULTS = (BaseError, OSError)


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where a bucket is, and who may use it.

    Attributes:
        bucket: its name; it must exist.
        prefix: begins the key of every object, such as ``"uploads/2026"``.
        region: where it is; of the environment (``AWS_REGION``) when None.
        endpoint: the address of a server other than Amazon's; the bucket then stands in the path.
        access_key: of the environment or of the machine's role when None, like ``secret_key`` and ``session_token``.
        encryption: how the server encrypts: ``"AES256"``, ``"aws:kms"`` or ``"aws:kms:dsse"``; its default when None.
        kms_key: the key for ``"aws:kms"``.
        connect_timeout: seconds until a connection must stand.
        timeout: seconds until one request must be answered as a whole; a request carries at most 8 MiB.
    """

    bucket: str
    prefix: str = ""
    region: str | None = None
    endpoint: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    encryption: str | None = None
    kms_key: str | None = field(default=None, repr=False)
    connect_timeout: float = 5.0
    timeout: float = 60.0

    def open(self) -> S3Store:
        settings: dict[str, Any] = {
            "region": self.region,
            "endpoint": self.endpoint,
            "access_key_id": self.access_key,
            "secret_access_key": self.secret_key,
            "token": self.session_token,
            "server_side_encryption": self.encryption,
            "sse_kms_key_id": self.kms_key,
            "checksum_algorithm": "SHA256",
            "virtual_hosted_style_request": False if self.endpoint else None,
        }
        return S3Store(
            self.bucket,
            prefix=self.prefix or None,
            config={f"aws_{name}": value for name, value in settings.items() if value is not None},  # type: ignore[arg-type]
            client_options={
                "allow_http": bool(self.endpoint and self.endpoint.startswith("http://")),
                "connect_timeout": timedelta(seconds=self.connect_timeout),
                "timeout": timedelta(seconds=self.timeout),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=self.timeout)},
        )


class S3Objects:
    """Objects of a bucket. More than 8 MiB go up in parts; an upload that fails or is cancelled is aborted."""

    __slots__ = ("_bucket", "_store")

    def __init__(self, place: S3Place) -> None:
        self._bucket = place.bucket
        with self._faults("cannot_open", place.bucket):
            self._store = place.open()

    @property
    def adapter_name(self) -> str:
        return "s3_attachments"

    async def write(self, key: str, chunks: AsyncIterable[bytes], shown: Presentation) -> None:
        attributes: Attributes = {"Content-Type": shown.content_type, "Content-Disposition": shown.disposition}
        handoff = Handoff()
        first = bytearray()
        upload: asyncio.Task[None] | None = None
        try:
            async for chunk in chunks:
                if upload is not None:
                    await handoff.give(chunk)
                elif len(first) + len(chunk) <= PART:
                    first += chunk
                else:
                    upload = _begun(self._put(key, handoff, attributes), handoff)
                    await _give_all(handoff, first, chunk)
                if upload is not None and upload.done():
                    break
            if upload is None:
                await self._put(key, bytes(first), attributes)
            else:
                await handoff.give(None)
                await asyncio.shield(upload)
        except BaseException:
            handoff.abandon()
            if upload is not None:
                await asyncio.gather(upload, return_exceptions=True)
            raise

    async def read(self, key: str) -> bytes | None:
        with self._faults("cannot_read", key):
            try:
                found = await obstore.get_async(self._store, key)
                return bytes(await found.bytes_async())
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
                return None

    async def chunks(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        for beginning in range(start, stop, READ):
            end = min(beginning + READ, stop)
            with self._faults("cannot_read", key):
                page = await obstore.get_range_async(self._store, key, start=beginning, end=end)
            if len(page) != end - beginning:
                raise self._fault("cannot_read", key, "it is shorter than its description says")
            view = memoryview(page)
            for offset in range(0, len(view), CHUNK):
                yield bytes(view[offset : offset + CHUNK])

    async def remove(self, key: str) -> bool:
        with self._faults("cannot_write", key):
            try:
                await obstore.head_async(self._store, key)
            except FileNotFoundError:
                return False
            await obstore.delete_async(self._store, key)
            return True

    async def entries(self) -> AsyncIterator[ObjectEntry]:
        pages = obstore.list(self._store, chunk_size=1000)
        while True:
            with self._faults("cannot_read", self._bucket):
                page = await anext(pages, None)
            if page is None:
                return
            for found in page:
                yield ObjectEntry(found["path"], found["last_modified"])

    async def tidy(self, before: datetime) -> int:
        """Nothing: a rule of the bucket aborts the uploads of processes that were killed."""
        return 0

    def sign(self, key: str, expires_in: timedelta) -> str:
        with self._faults("cannot_sign", key):
            return obstore.sign(self._store, "GET", key, expires_in)

    async def _put(self, key: str, data: bytes | Handoff, attributes: Attributes) -> None:
        with self._faults("cannot_write", key):
            await obstore.put_async(
                self._store,
                key,
                data,
                attributes=attributes,
                use_multipart=isinstance(data, Handoff),
                chunk_size=PART,
                max_concurrency=PARTS_AT_ONCE,
            )

    @contextmanager
    def _faults(self, code: str, key: str) -> Iterator[None]:
        try:
            yield
        except _FAULTS as error:
            if "NoSuchBucket" in str(error):
                raise AttachmentError(
                    f"there is no bucket {self._bucket!r}; make it, or correct the address of the attachments",
                    code="bucket_missing",
                    details={"bucket": self._bucket},
                    permanent=True,
                ) from error
            if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
                raise AttachmentError(
                    f"the bucket {self._bucket!r} refused {key}; look at the keys and at what they may do",
                    code="refused",
                    details={"bucket": self._bucket, "key": key},
                    permanent=True,
                ) from error
            raise self._fault(code, key, _first_line(error)) from error

    def _fault(self, code: str, key: str, reason: str) -> AttachmentError:
        return AttachmentError(
            f"{key} of the bucket {self._bucket!r} failed: {reason}",
            code=code,
            details={"bucket": self._bucket, "key": key},
        )


class S3Attachments(StoredAttachments):
    """Attachments as objects of a bucket: ``<prefix>/<id>.bin`` the data, ``<prefix>/<id>.json`` the description.

    Ids are random. Whatever browsers are shown by the bucket itself is a download, and never SVG or HTML. Give the
    bucket a rule that aborts incomplete uploads after a day: a process that is killed cannot.

    Args:
        place: where the bucket is.
        policy: what is accepted; everything, unless you say otherwise.
        clock: tells the present moment.

    Raises:
        MissingDependencyError: of the import of this module; install ``arlen-services[s3]``.
        AttachmentError: ``cannot_open``; later also ``bucket_missing`` and ``refused``, both permanent.
    """

    __slots__ = ("_bucket",)

    def __init__(self, place: S3Place, *, policy: AttachmentPolicy = OPEN_POLICY, clock: Clock = system_clock) -> None:
        self._bucket = S3Objects(place)
        super().__init__(self._bucket, policy=policy, clock=clock)

    async def download_url(self, attachment_id: str, *, expires_in: timedelta = timedelta(minutes=5)) -> str | None:
        """An address from which the bucket itself serves the data to whoever has it, as a download; None: unknown."""
        if await self.info(attachment_id) is None:
            return None
        return self._bucket.sign(attachment_id + DATA, expires_in)


def _begun(upload: Coroutine[None, None, None], handoff: Handoff) -> asyncio.Task[None]:
    task = asyncio.create_task(upload)
    task.add_done_callback(lambda done: handoff.close())
    return task


async def _give_all(handoff: Handoff, first: bytearray, chunk: bytes) -> None:
    for start in range(0, len(first), CHUNK):
        await handoff.give(bytes(first[start : start + CHUNK]))
    first.clear()
    await handoff.give(chunk)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
