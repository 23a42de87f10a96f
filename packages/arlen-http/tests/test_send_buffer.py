"""The system keeps little of a response for a peer on this machine, and what it likes for others."""

import socket

import pytest
from arlen_http.send_buffer import keep_send_buffer_short


class Transport:
    def __init__(self, sock, peername):
        self._known = {"socket": sock, "peername": peername}

    def get_extra_info(self, name):
        return self._known[name]


@pytest.mark.parametrize(
    ("peername", "changed"),
    [
        (("127.0.0.1", 4000), True),
        (("127.9.0.1", 4000), True),
        (("::1", 4000, 0, 0), True),
        (("::ffff:127.0.0.1", 4000, 0, 0), True),
        (("192.0.2.7", 4000), False),
        (("2001:db8::1", 4000, 0, 0), False),
        ("", False),
        (None, False),
    ],
)
def test_only_connections_from_this_machine_get_a_short_send_buffer(peername, changed):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 5_000)
        before = sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        keep_send_buffer_short(Transport(sock, peername))
        assert (sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) != before) is changed


def test_a_socket_that_is_closed_already_is_left_alone():
    sock = socket.socket()
    sock.close()
    keep_send_buffer_short(Transport(sock, ("127.0.0.1", 4000)))
    keep_send_buffer_short(Transport(None, ("127.0.0.1", 4000)))
