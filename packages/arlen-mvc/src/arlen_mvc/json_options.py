"""How the JSON of a controller is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from arlen_http import Response
from arlen_http.json import dumps, loads

from .errors import Mistake
from .results import JSON

if TYPE_CHECKING:
    from .composition import Conclude
    from .context import Context


class JSONOptions(TypedDict, total=False):
    """What a controller may say about its JSON."""

    pretty: bool
    """Indent by two spaces."""
    sort_keys: bool
    """Order the members of every object by name."""


COMPACT: JSONOptions = JSONOptions()


def written(conclude: Conclude, options: JSONOptions) -> Conclude:
    """The same conclusion, with its JSON written by these options; a response that the action made itself is left."""
    if not any(options.values()):
        return conclude

    def conclude_written(ctx: Context, result: Any) -> Response:
        own = isinstance(result, Response) and not ctx.committed
        response = conclude(ctx, result)
        if not own and response.in_memory and response.body and response.content_type == JSON:
            response.body = dumps(loads(response.body), **options)
        return response

    return conclude_written


def find_mistakes(options: Mapping[str, object], place: str) -> list[Mistake]:
    """Options that nothing reads."""
    known = JSONOptions.__annotations__
    return [
        Mistake(place, f"json_options has no option {name!r}", f"write one of {', '.join(known)}")
        for name in options
        if name not in known
    ]
