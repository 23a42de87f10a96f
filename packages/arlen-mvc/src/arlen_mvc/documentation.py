"""What a route says about itself to the people who call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Documentation:
    """The words of a route in the OpenAPI document and in listings."""

    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    operation_id: str = ""
    include_in_openapi: bool = True
    deprecated: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Documentation:
        """From the options of a route decorator; tags are trimmed, and each appears once."""
        return cls(
            options.get("summary", ""),
            options.get("description", ""),
            distinct(options.get("tags", ())),
            options.get("operation_id", ""),
            options.get("include_in_openapi", True),
            options.get("deprecated", False),
        )


def distinct(names: Any) -> tuple[str, ...]:
    """The names without blanks around them, each once, in their order; a single text is one name."""
    listed = (names,) if isinstance(names, str) else names
    return tuple(dict.fromkeys(name.strip() for name in listed if name.strip()))
