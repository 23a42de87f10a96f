"""Attachments: named bytes with a description, in memory, in a directory or in a bucket."""

from .disposition import content_disposition, may_be_inline
from .file import FileAttachments
from .info import Attachment, AttachmentInfo, AttachmentStream
from .memory import MemoryAttachments
from .policy import AttachmentPolicy
from .store import AttachmentStore, RetainingStore
from .stored import StoredAttachments

__all__ = [
    "Attachment",
    "AttachmentInfo",
    "AttachmentPolicy",
    "AttachmentStore",
    "AttachmentStream",
    "FileAttachments",
    "MemoryAttachments",
    "RetainingStore",
    "StoredAttachments",
    "content_disposition",
    "may_be_inline",
]
