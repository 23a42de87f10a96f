"""Names of operations, each once in a document."""

from __future__ import annotations

from arlen_mvc.runtime import RouteInfo


class OperationIds:
    """Gives ids: that of the route, else its name, else one made of method and path; repeated ones get a number."""

    __slots__ = ("_given",)

    def __init__(self) -> None:
        self._given: set[str] = set()

    def take(self, route: RouteInfo, method: str, template: str, *, shared: bool) -> str:
        """The id of one method of a route; ``shared`` where the route has several."""
        named = route.documentation.operation_id or route.name
        suffix = f"_{method}" if shared else ""
        wanted = named + suffix if named else f"{method}_{_worded(template)}"
        candidate, number = wanted, 1
        while candidate in self._given:
            number += 1
            candidate = f"{wanted}_{number}"
        self._given.add(candidate)
        return candidate


def _worded(template: str) -> str:
    return template.replace("/", "_").translate({ord(mark): None for mark in "{}:"})
