"""What a store accepts: how large, which kinds, and whom to believe when a name and the bytes disagree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from arlen_services.errors import AttachmentError

from .info import DEFAULT_TYPE
from .sniffing import agrees, sniff

Mismatch = Literal["accept", "override", "reject"]

_MEDIA_TYPE = re.compile(
    r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|\"[^\"\r\n\\]*\"))*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class AttachmentPolicy:
    """The rules of a store, or of one ``save``.

    Attributes:
        max_bytes: the largest attachment; None: any size.
        allowed_types: media types such as ``"image/png"`` or ``"image/*"``; empty: every type.
        mismatch: what to do when the first bytes are of another kind than declared: ``"accept"`` the declaration,
            ``"override"`` it with what was found, or ``"reject"`` the attachment. Whatever is kept, the allowed types
            hold for the declaration and for what was found.
    """

    max_bytes: int | None = None
    allowed_types: frozenset[str] = frozenset()
    mismatch: Mismatch = "accept"

    def judge(self, declared: str, head: bytes) -> str:
        """The media type to keep for content that begins with ``head``.

        Raises:
            AttachmentError: ``type_refused``; permanent.
        """
        found = sniff(head)
        kept = self._kept(declared, found)
        if not self._allows(kept) or (found and not agrees(kept, found) and not self._allows(found)):
            raise _refused(kept, found, f"allowed are {', '.join(sorted(self.allowed_types))}")
        return kept

    def _kept(self, declared: str, found: str | None) -> str:
        if found is None or self.mismatch == "accept" or (declared and agrees(declared, found)):
            return declared or DEFAULT_TYPE
        if declared and self.mismatch == "reject":
            raise _refused(declared, found, "send it under its own type")
        return found

    def _allows(self, media_type: str) -> bool:
        essence = media_type.partition(";")[0].strip().lower()
        family = f"{essence.partition('/')[0]}/*"
        return not self.allowed_types or essence in self.allowed_types or family in self.allowed_types


OPEN_POLICY = AttachmentPolicy()


def declared_type(content_type: str | None) -> str:
    """A content type as it was declared, or ``""`` where nothing useful was.

    Raises:
        AttachmentError: ``invalid_type``; permanent. It could not stand in a header.
    """
    declared = (content_type or "").strip()
    if declared and not _MEDIA_TYPE.fullmatch(declared):
        raise AttachmentError(
            f"{declared!r} is no media type; write one such as 'image/png'", code="invalid_type", permanent=True
        )
    return "" if declared == DEFAULT_TYPE else declared


def _refused(kept: str, found: str | None, advice: str) -> AttachmentError:
    seen = f" and begins like {found}" if found else ""
    return AttachmentError(
        f"the attachment is declared as {kept}{seen}; {advice}",
        code="type_refused",
        details={"content_type": kept, "sniffed": found},
        permanent=True,
    )
