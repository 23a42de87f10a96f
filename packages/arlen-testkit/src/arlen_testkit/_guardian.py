"""Stops a server whose starter died before it could do so itself.

Run as a script: ``python _guardian.py <process group> <signal> <grace in seconds>``. Standard input is a pipe that only
the starter holds: a byte in it means that the starter stops the server itself, its end without one that it is gone.
"""

import os
import signal
import sys
import time


def stop_group(group: int, stop_signal: int, grace: float) -> None:
    deadline = time.monotonic() + grace
    try:
        os.killpg(group, stop_signal)
        while time.monotonic() < deadline:
            time.sleep(0.05)
            os.killpg(group, 0)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    if not sys.stdin.buffer.read():
        stop_group(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
