"""The head of a request: its line and fields, checked, and what they say about the message that follows."""

from __future__ import annotations

import re

from arlen_http.errors import RequestRefused
from arlen_http.settings import RequestLimits

from .backend import HeadParser
from .framing import body_length, framing_fields, keeps_alive
from .request_line import METHODS, absolute_target, is_plain_line, parse_unusual_line, unusual_method
from .rules import HeadRules

__all__ = ["RequestHead", "check_encoding", "first_fault", "read_head"]


class RequestHead:
    """What a request says before its body.

    Attributes:
        method: in upper case.
        raw_path: the target before ``?``, percent-encoded ASCII; ``"*"`` for ``OPTIONS *``.
        query_string: the target after the first ``?``, ``""`` without one.
        http_version: ``"1.1"`` or ``"1.0"``.
        fields: pairs in order of arrival, names in lower case; whitespace may still follow a value.
        last: the last value of every name.
        body_length: bytes of the body, or ``CHUNKED``.
        keep_alive: whether the peer lets the connection go on after this message.
        expects_continue: whether the peer waits for ``100 Continue`` before it sends the body.
    """

    __slots__ = (
        "body_length",
        "expects_continue",
        "fields",
        "http_version",
        "keep_alive",
        "last",
        "method",
        "query_string",
        "raw_path",
    )

    def __init__(
        self,
        method: str,
        target: str,
        http_version: str,
        fields: list[tuple[bytes, bytes]],
        last: dict[bytes, bytes] | None = None,
        keep_alive: bool = True,
    ) -> None:
        self.method = method
        if "?" in target:
            self.raw_path, _, self.query_string = target.partition("?")
        else:
            self.raw_path, self.query_string = target, ""
        self.http_version = http_version
        self.fields = fields
        self.last = dict(fields) if last is None else last
        self.body_length = 0
        self.keep_alive = keep_alive
        self.expects_continue = False


def read_head(
    head: bytes, words: list[bytes], line_end: int, backend: HeadParser, limits: RequestLimits, rules: HeadRules
) -> RequestHead:
    """The meaning of one complete head.

    Args:
        head: the bytes from the request line to the blank line.
        words: the same, split at the first two spaces.
        line_end: where in ``head`` the request line ends.

    Raises:
        RequestRefused: 400, 405, 413, 417, 431, 501 or 505, and 204 for what the server answers itself.
    """
    method = METHODS.get(words[0])
    if method is not None and is_plain_line(words, line_end) and words[2].startswith(b"HTTP/1.1"):
        target, version = words[1].decode("latin-1"), "1.1"
    else:
        token, target, version = parse_unusual_line(head[:line_end].decode("latin-1"), rules)
        method = METHODS.get(token.encode()) or unusual_method(token, rules)
        if not version:
            head = b"%b HTTP/1.0%b" % (head[:line_end], head[line_end:])
    if not head.isascii():
        check_encoding(head)
    fields = backend.fields(head)
    if len(fields) > limits.max_header_count or len(head) > limits.max_header_field_bytes:
        _check_sizes(fields, limits)
    if target[:1] != "/":
        target = _take_authority(method, target, fields, version, rules)
    elif "#" in target:
        raise RequestRefused(400, "invalid_target", "the request target contains a fragment")
    result = RequestHead(method, target, version or "1.1", fields)
    last = result.last
    if len(last) != len(fields):
        _check_repeated(fields, last)
    host = last.get(b"host")
    if host is None:
        if version == "1.1":
            raise RequestRefused(400, "missing_host", "an HTTP/1.1 request without a Host field")
    elif host not in _accepted_hosts and not _is_host(host):
        raise RequestRefused(400, "invalid_host", "the Host field is not a host", host=host)
    connection = last.get(b"connection")
    if connection is None:
        result.keep_alive = version != "1.0"
    elif connection != b"keep-alive":
        result.keep_alive = keeps_alive(connection, version or "1.1")
    if b"content-length" in last or b"transfer-encoding" in last:
        result.body_length = body_length(last, version, limits.max_body_bytes)
    if b"expect" in last:
        result.expects_continue = _expects_continue(result)
    return result


def first_fault(head: bytes, refusal: RequestRefused, limits: RequestLimits) -> RequestRefused:
    """Why a head that `read_head` has refused is refused.

    Of several faults the size of the fields comes first, then the length of the body and a body above its limit.
    """
    version = "1.0" if head[: head.find(b"\r\n")].endswith(b" HTTP/1.0") else "1.1"
    if refusal.status in (431, 505):
        return refusal
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:-2]]
    try:
        _check_sizes([(name, value) for name, _, value in lines], limits)
        framing = framing_fields(head)
        if framing:
            body_length(framing, version, limits.max_body_bytes)
    except RequestRefused as earlier:
        return earlier
    return refusal


def check_encoding(head: bytes) -> None:
    """Refuse fields whose bytes are not UTF-8.

    Raises:
        RequestRefused: 400.
    """
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRefused(400, "invalid_encoding", f"the fields are not UTF-8: {error}") from error


def _check_sizes(fields: list[tuple[bytes, bytes]], limits: RequestLimits) -> None:
    if len(fields) > limits.max_header_count:
        raise RequestRefused(431, "too_many_headers", f"more than {limits.max_header_count} header fields")
    most = limits.max_header_field_bytes
    if any(len(name) + len(value.strip(b" \t")) > most for name, value in fields):
        raise RequestRefused(431, "header_too_large", f"a header field is longer than {most} bytes")


def _take_authority(method: str, target: str, fields: list[tuple[bytes, bytes]], version: str, rules: HeadRules) -> str:
    """The path of an absolute target; its authority takes the place of Host (RFC 9112 section 3.2.2)."""
    path, authority = absolute_target(method, target)
    if path == "*":
        _check_hosts([value for name, value in fields if name == b"host"], version)
        rules.check_server_options()
    if authority is not None:
        for index, (name, _) in enumerate(fields):
            if name == b"host":
                fields[index] = (name, authority.encode())
    return path


def _check_hosts(hosts: list[bytes], version: str) -> None:
    if (len(hosts) != 1 and (hosts or version == "1.1")) or not all(map(_is_host, hosts)):
        raise RequestRefused(400, "invalid_host", "not one Host field that is a host", hosts=hosts)


# Fields whose repetition would let two readers of one request see two different requests.
_SINGLE = frozenset((b"host", b"content-length", b"transfer-encoding"))


def _check_repeated(fields: list[tuple[bytes, bytes]], last: dict[bytes, bytes]) -> None:
    """Refuse a repeated field that must be single; join the lists of a repeated Connection."""
    names = [name for name, _ in fields]
    for name in _SINGLE:
        if names.count(name) > 1:
            raise RequestRefused(400, "repeated_field", f"the field {name.decode()} is repeated")
    if names.count(b"connection") > 1:
        last[b"connection"] = b",".join(value for name, value in fields if name == b"connection")


_HOST = re.compile(rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")

# The Host fields that nearly every request repeats.
_accepted_hosts: set[bytes] = set()
_MOST_ACCEPTED_HOSTS = 256


def _is_host(value: bytes) -> bool:
    if _HOST.fullmatch(value.rstrip(b" \t")) is None:
        return False
    if len(_accepted_hosts) < _MOST_ACCEPTED_HOSTS:
        _accepted_hosts.add(value)
    return True


def _expects_continue(head: RequestHead) -> bool:
    if head.last[b"expect"].strip(b" \t").lower() != b"100-continue":
        raise RequestRefused(417, "unknown_expectation", "no expectation but 100-continue can be met")
    return head.body_length != 0 and head.http_version == "1.1"
