"""From an address to a store of attachments."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from arlen_services.errors import AttachmentError
from arlen_services.settings import AttachmentSettings

from .file import FileAttachments
from .memory import MemoryAttachments
from .policy import AttachmentPolicy
from .stored import StoredAttachments

Opener: TypeAlias = Callable[[SplitResult, Path, AttachmentPolicy], StoredAttachments]

_S3_OPTIONS = frozenset({"region", "endpoint", "encryption", "kms_key"})


def open_attachments(settings: AttachmentSettings, root: str | os.PathLike[str] = ".") -> StoredAttachments:
    """The store that ``settings.url`` names; nothing is connected or made before it is used.

    ``memory:``, ``file:relative/directory`` below ``root``, ``file:///absolute/directory``, ``file:~/directory``, or
    ``s3://bucket/prefix`` with ``?region=``, ``endpoint=``, ``encryption=`` and ``kms_key=``. Keys for S3 come from the
    environment, the role of the machine, or ``s3://key:secret@bucket``.

    Raises:
        AttachmentError: ``unknown_scheme`` or ``invalid_url``; the message names the setting and has no secret in it.
        MissingDependencyError: ``s3:`` without the extra ``s3``.
    """
    url = _split(settings.url)
    opener = OPENERS.get(url.scheme)
    if opener is None:
        raise AttachmentError(
            f'attachments.url has the scheme "{url.scheme}"; use one of {", ".join(f"{known}:" for known in OPENERS)}',
            code="unknown_scheme",
            details={"scheme": url.scheme},
            permanent=True,
        )
    return opener(url, Path(root), policy_of(settings))


def policy_of(settings: AttachmentSettings) -> AttachmentPolicy:
    return AttachmentPolicy(
        max_bytes=settings.max_bytes or None,
        allowed_types=frozenset(allowed.strip().lower() for allowed in settings.allowed_types),
        mismatch=settings.mismatch,
    )


def _memory(url: SplitResult, root: Path, policy: AttachmentPolicy) -> StoredAttachments:
    return MemoryAttachments(policy=policy)


def _file(url: SplitResult, root: Path, policy: AttachmentPolicy) -> StoredAttachments:
    directory = unquote(url.path)
    if url.netloc or not directory.strip("/"):
        raise _invalid("file: needs a directory, as in file:storage/attachments or file:///var/lib/attachments")
    return FileAttachments(root / Path(directory).expanduser(), policy=policy)


def _s3(url: SplitResult, root: Path, policy: AttachmentPolicy) -> StoredAttachments:
    from .s3 import S3Attachments, S3Place

    options = dict(parse_qsl(url.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - _S3_OPTIONS):
        raise _invalid(f"s3: does not know {', '.join(unknown)}; it knows {', '.join(sorted(_S3_OPTIONS))}")
    credentials, _, bucket = url.netloc.rpartition("@")
    access_key, _, secret_key = credentials.partition(":")
    if not bucket:
        raise _invalid("s3: needs a bucket, as in s3://bucket/prefix?region=eu-central-1")
    if bool(access_key) != bool(secret_key):
        raise _invalid("s3: needs both keys or none, as in s3://key:secret@bucket")
    place = S3Place(
        bucket,
        prefix=unquote(url.path.strip("/")),
        region=options.get("region"),
        endpoint=options.get("endpoint"),
        access_key=unquote(access_key) or None,
        secret_key=unquote(secret_key) or None,
        encryption=options.get("encryption"),
        kms_key=options.get("kms_key"),
    )
    return S3Attachments(place, policy=policy)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise _invalid("it cannot be read as an address") from error


def _invalid(reason: str) -> AttachmentError:
    return AttachmentError(f"attachments.url is wrong: {reason}", code="invalid_url", permanent=True)


OPENERS: Mapping[str, Opener] = {"memory": _memory, "file": _file, "s3": _s3}
