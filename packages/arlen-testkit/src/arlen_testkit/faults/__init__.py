"""Faults of the operating system, brought into a server from outside: the server's code knows nothing of them.

``python -m arlen_testkit.faults --plan "io.send=EAGAIN@1;fs.open=EINTR@2x3" -- module:app`` serves like
``python -m arlen_http module:app``, with the functions through which the server reaches the system replaced. A fault is
``seam=kind@first``, or ``seam=kind@firstxcount`` for several hits in a row. What is called is counted from the moment
at which the process gets SIGUSR2, so that whoever waits for the server to be ready cannot use a fault up.

Kinds are names of `errno` (``EINTR``, ``EMFILE`` ...), ``SHORT`` (one byte is taken or given), ``EOF`` (none is),
``MEMORY`` (`MemoryError`) and ``DELAY:<milliseconds>``.

In a test, `serve_with_faults` does all of this, and fails when a fault of the plan was not reached.
"""

from .plan import Fault, parse_plan
from .server import FaultyServer, serve_with_faults

__all__ = ["Fault", "FaultyServer", "parse_plan", "serve_with_faults"]
