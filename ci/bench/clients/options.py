from __future__ import annotations

import argparse

from ci.bench.subjects.content import HOST

Address = tuple[str, int]


def options(description: str | None) -> argparse.ArgumentParser:
    """A command line that has the server's port."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=lambda text: (HOST, int(text)), dest="address", required=True)
    return parser
