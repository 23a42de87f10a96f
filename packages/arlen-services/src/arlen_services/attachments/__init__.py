"""Attachments: named bytes with a description, in memory, in a directory or in a bucket."""

from .disposition import content_disposition, may_be_inline
from .file import FileAttachments
from .info import Attachment, AttachmentInfo, AttachmentStream
from .links import AttachmentLinks
from .memory import MemoryAttachments
from .opening import open_attachments
from .policy import AttachmentPolicy
from .serving import AttachmentAnswer, answer, headers_for
from .store import AttachmentStore, RetainingStore
from .stored import StoredAttachments
from .upkeep import RetentionRule, copy, enforce, verified

__all__ = [
    "Attachment",
    "AttachmentAnswer",
    "AttachmentInfo",
    "AttachmentLinks",
    "AttachmentPolicy",
    "AttachmentStore",
    "AttachmentStream",
    "FileAttachments",
    "MemoryAttachments",
    "RetainingStore",
    "RetentionRule",
    "StoredAttachments",
    "answer",
    "content_disposition",
    "copy",
    "enforce",
    "headers_for",
    "may_be_inline",
    "open_attachments",
    "verified",
]
