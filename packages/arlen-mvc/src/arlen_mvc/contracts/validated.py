"""What validation leaves behind for the rest of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arlen_mvc.errors import FieldError


@dataclass
class Validated:
    """The coerced output of the request contract: a dict of its fields, the whole body, or an instance of a model."""

    content: Any

    @cached_property
    def members(self) -> Mapping[str, Any]:
        """Its fields by name."""
        if isinstance(self.content, dict):
            return self.content
        names: Iterable[str] = getattr(self.content, "__struct_fields__", ()) or vars(self.content)
        return {name: getattr(self.content, name) for name in names}


class RecordedErrors(list[FieldError]):
    """Validation errors of one request, collected so far."""
