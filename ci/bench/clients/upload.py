"""A client that sends one large body and prints what it is answered."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

from .options import Address, options

PIECE = bytes(range(256)) * 256
PIECES_PER_MIB = (1 << 20) // len(PIECE)


def pieces(mebibytes: int) -> Iterator[bytes]:
    for _ in range(mebibytes * PIECES_PER_MIB):
        yield PIECE


def send(address: Address, mebibytes: int, framing: dict[str, str]) -> str:
    """The answer's text. Raises ConnectionError when it is not 200."""
    connection = http.client.HTTPConnection(*address, timeout=100)
    connection.request("POST", "/upload", pieces(mebibytes), framing, encode_chunked="Transfer-Encoding" in framing)
    response = connection.getresponse()
    text = response.read().decode()
    if response.status != 200:
        raise ConnectionError(f"answered {response.status}: {text}")
    return text


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--mebibytes", type=int, required=True)
    parser.add_argument("--framing", choices=("content-length", "chunked"), required=True)
    given = parser.parse_args()
    framings = {
        "content-length": {"Content-Length": str(given.mebibytes << 20)},
        "chunked": {"Transfer-Encoding": "chunked"},
    }
    print(send(given.address, given.mebibytes, framings[given.framing]))


if __name__ == "__main__":
    main()
