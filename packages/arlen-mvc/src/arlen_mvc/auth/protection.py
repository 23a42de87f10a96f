"""What a route requires of its caller, as it was written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arlen_mvc.documentation import distinct


@dataclass(frozen=True, slots=True)
class Protection:
    """All of the scopes and all of the roles must be the caller's."""

    required_scopes: tuple[str, ...] = ()
    required_roles: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Protection:
        """From the options of a route decorator."""
        return cls(distinct(options.get("required_scopes", ())), distinct(options.get("required_roles", ())))

    def __bool__(self) -> bool:
        return bool(self.required_scopes or self.required_roles)
