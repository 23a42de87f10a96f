"""What ``arlen templates`` does, for the application here or for a directory of templates."""

from __future__ import annotations

from collections.abc import Sequence

from arlen_config import application_root
from arlen_mvc import Application
from arlen_mvc.templates.command import run_templates

from .errors import ArlenCLIError
from .loading import explained
from .route_listing import arlen_application


def run_action(arguments: Sequence[str], name: str) -> int:
    """Check or compile with these arguments; the exit status is 0, 1 when there are errors, 2 when misused.

    Raises:
        ArlenCLIError: the application cannot be imported or composed, or it is not Arlen's.
    """
    with explained(application_root().resolve()):
        return run_templates(arguments, name, _named_or_here)


def _named_or_here(app: str | None) -> Application | None:
    try:
        return arlen_application(application_root().resolve(), app)
    except ArlenCLIError as error:
        if error.code == "app_not_found":
            return None
        raise
