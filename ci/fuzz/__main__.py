"""``python -m ci.fuzz protocol --seed N --seconds S``: look for input that the server does not survive in order."""

from __future__ import annotations

import argparse
import sys

from .protocol import Fuzzer, fuzz


def main() -> int:
    """0 when nothing was found, 1 otherwise; a find is printed with the command that repeats it."""
    options = _parser().parse_args()
    played = found = 0
    for find in fuzz(Fuzzer(options.seed), first=options.first, rounds=options.rounds, seconds=options.seconds):
        played += 1
        if find is not None:
            found += 1
            print(f"round {find.round}, application {find.application}: {find.reason}")
            print(f"  pieces: {find.pieces}")
            print(f"  again:  python -m ci.fuzz protocol --seed {options.seed} --first {find.round} --rounds 1")
        if found == options.most:
            break
    print(f"{played} rounds of seed {options.seed}, {found} finds")
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ci.fuzz", description=__doc__)
    parser.add_argument("target", choices=("protocol",))
    parser.add_argument("--seed", type=int, default=0, help="which sequence of inputs (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="how long to look")
    parser.add_argument("--rounds", type=int, help="how many inputs to try")
    parser.add_argument("--first", type=int, default=0, help="the first round (default: %(default)s)")
    parser.add_argument("--most", type=int, default=10, help="stop after this many finds (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
