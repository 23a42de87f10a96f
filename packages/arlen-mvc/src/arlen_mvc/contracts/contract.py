"""The contract of one route, as it was written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Contract:
    """``request`` and ``response`` are descriptor dicts or model types; ``None`` where nothing is promised."""

    request: Any = None
    response: Any = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Contract:
        """From the options of a route decorator."""
        return cls(options.get("request_schema"), options.get("response_schema"))

    def __bool__(self) -> bool:
        """Whether anything is promised."""
        return self.request is not None or self.response is not None
