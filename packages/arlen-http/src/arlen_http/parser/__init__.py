"""What the bytes of a connection mean: HTTP/1.1 requests without sockets (RFC 9112).

A `RequestReader` cuts the byte stream into messages and counts every limit; a backend, the adapter of a library, reads
the fields of a head. What both backends let through and a server must not is refused above them, in one place.
"""

from .backend import HeadParser, backend_named
from .counted import CountedReader
from .head import RequestHead
from .reader import RequestReader
from .rules import HeadRules

__all__ = ["CountedReader", "HeadParser", "HeadRules", "RequestHead", "RequestReader", "backend_named"]
