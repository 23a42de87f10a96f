"""Log lines: one event, one line, as text or as JSON, with the request that it belongs to."""

from .lines import JSONLines, TextLines
from .logger import Logger
from .redaction import Redaction
from .request_fields import RequestFields, add_request_fields, request_fields
from .stderr import write_to_stderr

__all__ = [
    "JSONLines",
    "Logger",
    "Redaction",
    "RequestFields",
    "TextLines",
    "add_request_fields",
    "request_fields",
    "write_to_stderr",
]
