"""What the wiring of every service has in common: mistakes in its address, and memory in production."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from arlen_mvc import Application, ApplicationError
from arlen_services import ArlenServicesError

_log = logging.getLogger("arlen")


@contextmanager
def address_of(app: Application, table: str) -> Iterator[None]:
    """Says of a mistake which setting it is in and where that was read; never what the address is.

    Raises:
        ApplicationError: the code of the service, or ``invalid_url``.
    """
    place = f"{table}.url ({app.config.explain(f'{table}.url').source})"
    try:
        yield
    except ArlenServicesError as error:
        raise ApplicationError(f"{place}: {error}", code=error.code, details=error.details) from error
    except ValueError:
        raise ApplicationError(f"{place}: it cannot be read as an address", code="invalid_url") from None


def scheme_of(url: str) -> str:
    return url.partition(":")[0].strip().lower()


def warn_of_memory(app: Application, table: str, url: str, elsewhere: str) -> None:
    """Warn in production of what each process has for itself; ``elsewhere`` are the addresses to choose from."""
    if app.environment == "production" and scheme_of(url) == "memory":
        _log.warning(
            "%s.url is memory: what it keeps is of each process alone and lost when it ends; set %s.url to %s in "
            "production",
            table,
            table,
            elsewhere,
        )
