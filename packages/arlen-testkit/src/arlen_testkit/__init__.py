"""Test clients, contract suites and real services for testing Arlen applications and packages.

Import the module of what you need, so that a test loads nothing else:

- `arlen_testkit.client`: in-process clients for anything that arlen-http serves
- `arlen_testkit.asgi`: an httpx client for any ASGI application, lifespan included
- `arlen_testkit.processes`: servers as child processes
- `arlen_testkit.faults`: servers whose operating system fails as planned
- `arlen_testkit.imports`: packages that seem not to be installed
- `arlen_testkit.servers`: PostgreSQL, Redis, SMTP and S3 as context managers
- `arlen_testkit.contracts`: suites that prove an implementation of one of Arlen's contracts

The fixtures are those of the pytest plugin ``arlen``, which pytest finds by itself.
"""

from .errors import ArlenTestkitError, ClientError, FaultError, ProcessError, ServiceUnavailable

__all__ = ["ArlenTestkitError", "ClientError", "FaultError", "ProcessError", "ServiceUnavailable"]

__version__ = "0.1.0"
