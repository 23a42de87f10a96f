"""JSON makes no difference between 2 and 2.0 (JSON Schema draft 2020-12, section 6.1.1); msgspec's integers do."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_FRACTIONAL = re.compile(rb"[0-9][.eE]")


def with_whole_numbers(data: bytes) -> bytes | None:
    """The JSON document with integers where numbers have no fraction; ``None`` where that is nothing new.

    Raises:
        msgspec.MsgspecError: it is no JSON.
    """
    if _FRACTIONAL.search(data) is None:
        return None
    document = msgspec.json.decode(data)
    return msgspec.json.encode(whole(document))


def whole(value: Any) -> Any:
    """The same value of JSON, with integers where numbers have no fraction."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: whole(member) for key, member in value.items()}
        case list():
            return [whole(item) for item in value]
    return value
