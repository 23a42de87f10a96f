"""What a route says about itself to the people who call it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Documentation:
    """The words of a route in the OpenAPI document and in listings.

    ``responses`` maps a status to what comes with it: a model, a descriptor dict, a description or a ``Reply``.
    ``examples`` are request bodies by name. ``version`` is the version of the interface that the route belongs to, and
    ``version_header`` the header that carries its name, where one does.
    """

    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    operation_id: str = ""
    include_in_openapi: bool = True
    deprecated: bool = False
    responses: Mapping[int, Any] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    version_header: str = ""

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
            dict(options.get("responses") or {}),
            dict(options.get("examples") or {}),
        )

    def within(self, outer: Documentation) -> Documentation:
        """The same inside a group: tags and responses add up, and what the group hides or deprecates stays so."""
        if outer == _NOTHING:
            return self
        return replace(
            self,
            tags=distinct((*outer.tags, *self.tags)),
            include_in_openapi=outer.include_in_openapi and self.include_in_openapi,
            deprecated=outer.deprecated or self.deprecated,
            responses={**outer.responses, **self.responses},
        )

    def told_by(self, action: Any) -> Documentation:
        """Where nothing else is said, the first paragraph of the action's docstring is the summary, the rest the
        description."""
        if self.summary or self.description or not (inspect.isfunction(action) or inspect.ismethod(action)):
            return self
        summary, _, description = (inspect.getdoc(action) or "").partition("\n\n")
        return replace(self, summary=" ".join(summary.split()).removesuffix("."), description=description.strip())


_NOTHING = Documentation()


def distinct(names: Any) -> tuple[str, ...]:
    """The names without blanks around them, each once, in their order; a single text is one name."""
    listed = (names,) if isinstance(names, str) else names
    return tuple(dict.fromkeys(name.strip() for name in listed if name.strip()))
