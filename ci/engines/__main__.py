"""python -m ci.engines postgresql [MAJOR ...] | sqlite [VERSION ...]"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from .engine import LIBRARIES, MAJORS, Engine, postgresql, sqlite
from .suite import run

Find = Callable[[str], Engine]

KINDS: Mapping[str, tuple[Find, tuple[str, ...]]] = {
    "postgresql": (lambda major: postgresql(int(major)), tuple(map(str, MAJORS))),
    "sqlite": (sqlite, tuple(LIBRARIES)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests on every version; 0 when all passed on all."""
    parser = argparse.ArgumentParser(prog="python -m ci.engines", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("versions", nargs="*", help="default: every one")
    options = parser.parse_args(arguments)
    find, known = KINDS[options.kind]
    unknown = [version for version in options.versions if version not in known]
    if unknown:
        parser.error(f"{', '.join(unknown)}: the versions are {', '.join(known)}")
    outcomes = [run(find(version)) for version in options.versions or known]
    print("", *outcomes, sep="\n")
    return 0 if all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
