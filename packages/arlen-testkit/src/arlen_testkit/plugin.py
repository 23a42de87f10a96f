"""The pytest plugin ``arlen``: fixtures that import what they need when they are asked for.

A server is started when the first test asks for it, once in each pytest process, and stopped when that process ends.
Under pytest-xdist every worker therefore has servers of its own, except for those whose address is in the environment:
these are shared, and names that no other test uses keep the tests apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite("arlen_testkit.contracts")

if TYPE_CHECKING:
    from .servers.postgres import PostgresDatabase, PostgresServer
    from .servers.redis import RedisServer, RedisSpace
    from .servers.s3 import S3Bucket, S3Server
    from .servers.smtp import SmtpServer


@pytest.fixture(scope="session")
def arlen_postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this run; most tests want ``arlen_postgres``."""
    from .servers.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def arlen_postgres_prepare() -> Callable[[str], None]:
    """What to do once with the template from which every test's database is cloned; nothing, unless you override it.

    Override it in ``conftest.py`` to return a function that takes the template's DSN, creates tables there and closes
    its connections.
    """
    return lambda dsn: None


@pytest.fixture(scope="session")
def arlen_postgres_template(
    arlen_postgres_server: PostgresServer, arlen_postgres_prepare: Callable[[str], None]
) -> Iterator[PostgresDatabase]:
    """The database of which ``arlen_postgres`` is a clone."""
    with arlen_postgres_server.database() as template:
        arlen_postgres_prepare(template.dsn)
        yield template


@pytest.fixture
def arlen_postgres(
    arlen_postgres_server: PostgresServer, arlen_postgres_template: PostgresDatabase
) -> Iterator[PostgresDatabase]:
    """A fresh PostgreSQL database for this test: ``.dsn`` and ``.name``."""
    with arlen_postgres_server.database(template=arlen_postgres_template.name) as database:
        yield database


@pytest.fixture(scope="session")
def arlen_redis_server() -> Iterator[RedisServer]:
    """The Redis server of this run; most tests want ``arlen_redis``."""
    from .servers.redis import redis_server

    with redis_server() as server:
        yield server


@pytest.fixture
def arlen_redis(arlen_redis_server: RedisServer) -> Iterator[RedisSpace]:
    """A place in a real Redis for this test: ``.url``, and the ``.prefix`` that its keys and channels must have."""
    with arlen_redis_server.space() as space:
        yield space


@pytest.fixture
def arlen_smtp() -> Iterator[SmtpServer]:
    """A real SMTP server for this test: ``.host``, ``.port`` and the ``.messages`` that were delivered to it."""
    from .servers.smtp import smtp_server

    with smtp_server() as server:
        yield server


@pytest.fixture(scope="session")
def arlen_s3_server() -> Iterator[S3Server]:
    """The S3 server of this run; most tests want ``arlen_s3``."""
    from .servers.s3 import s3_server

    with s3_server() as server:
        yield server


@pytest.fixture
def arlen_s3(arlen_s3_server: S3Server) -> Iterator[S3Bucket]:
    """An empty S3 bucket for this test: ``.endpoint``, ``.bucket``, ``.access_key``, ``.secret_key``, ``.region``."""
    with arlen_s3_server.bucket() as bucket:
        yield bucket


@pytest.fixture
def import_blocker() -> Iterator[Callable[..., None]]:
    """``import_blocker("orjson", forget=["arlen_http"])`` makes packages absent until the test ends.

    See :func:`arlen_testkit.imports.import_blocker`, which does the same for a ``with`` block.
    """
    from .imports import import_blocker

    with ExitStack() as stack:

        def block(*names: str, forget: Sequence[str] = ()) -> None:
            stack.enter_context(import_blocker(*names, forget=forget))

        yield block
