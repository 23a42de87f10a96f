"""Page state: named bags of values, for the length of a request or, kept in the session, from page to page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .session import PAGE_STATE_KEY

if TYPE_CHECKING:
    from arlen_mvc.context.state import RequestState

    from .session import Session


class PageState:
    """The bag of one page; several handles on the same page see the same values."""

    __slots__ = ("_bags", "_page")

    def __init__(self, bags: SessionBags | RequestBags, page: str) -> None:
        self._bags = bags
        self._page = page

    def get(self, key: str, default: Any = None) -> Any:
        return self._bags.read().get(self._page, {}).get(key, default)

    def set(self, key: str, value: Any) -> None:
        """``None`` deletes; an empty key is ignored."""
        if not key:
            return
        values = {**self.all(), key: value}
        self._replace({name: each for name, each in values.items() if each is not None})

    def all(self) -> dict[str, Any]:
        """A copy of what is in it."""
        return dict(self._bags.read().get(self._page, {}))

    def clear(self) -> None:
        """Empty this page's bag; other pages keep theirs."""
        self._replace({})

    def _replace(self, values: dict[str, Any]) -> None:
        others = {page: bag for page, bag in self._bags.read().items() if page != self._page}
        self._bags.write({**others, self._page: values} if values else others)


class SessionBags:
    """Bags that live in the session."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self) -> dict[str, dict[str, Any]]:
        bags: dict[str, dict[str, Any]] = self._session.get(PAGE_STATE_KEY, {})
        return bags

    def write(self, bags: dict[str, dict[str, Any]]) -> None:
        if bags:
            self._session[PAGE_STATE_KEY] = bags
        elif PAGE_STATE_KEY in self._session:
            del self._session[PAGE_STATE_KEY]


class RequestBags:
    """Bags that end with the request."""

    __slots__ = ("_bags",)

    def __init__(self) -> None:
        self._bags: dict[str, dict[str, Any]] = {}

    def read(self) -> dict[str, dict[str, Any]]:
        return self._bags

    def write(self, bags: dict[str, dict[str, Any]]) -> None:
        self._bags = bags


def request_bags(ctx: RequestState) -> RequestBags:
    """The request's own bags."""
    kept = ctx.kept(RequestBags)
    return kept if kept is not None else ctx.keep(RequestBags, RequestBags())
