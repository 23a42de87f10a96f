"""Write the synchronous twin of arlen-data from its asynchronous source: python -m ci.unasync [--check]."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "packages" / "arlen-data" / "src" / "arlen_data"
SOURCE = PACKAGE / "_async"
TWIN = PACKAGE / "_sync"

NOTICE = "# Written by ci/unasync.py from _async/{name}: edit that file and run `python -m ci.unasync`.\n"

CORRECTIONS = ["check", "--quiet", "--exit-zero", "--select", "I,F401,SIM117,UP028", "--fix", "--unsafe-fixes"]

RULES: tuple[tuple[str, str], ...] = (
    (r"\bAwaitable\[(\w+)\](?: \| \1\b)?", r"\1"),
    (r"\bCallable\[\[\], Awaitable\[object\] \| object\]", "Callable[[], object]"),
    (r"\b(async )(def|with|for)\b", r"\2"),
    (r"\bawait ", ""),
    (r"\bsettle\((.+)\)$", r"\1"),
    (r"\bAsyncGenerator\[(\w+), None\]", r"Generator[\1, None, None]"),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\baclosing\b", "closing"),
    (r"\benter_async_context\b", "enter_context"),
    (r"\bAbstractAsyncContextManager\b", "AbstractContextManager"),
    (r"\bAsyncIterator\b", "Iterator"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\basync_session\b", "session"),
    (r"\b(run_)?async_adapter_", r"\1adapter_"),
    (r"\bconcurrency\.tasks\b", "concurrency.threads"),
    (r"\btasks of one event loop\b", "threads"),
    (r"\btasks\b", "threads"),
    (r"\btask\b", "thread"),
    (r"An exception, cancellation included,", "An exception"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (
        r"\basynchronous faces: the source from which ``ci/unasync\.py`` writes the synchronous twin\b",
        "synchronous faces",
    ),
)


def twin_of(source: str, name: str) -> str:
    """The synchronous module for an asynchronous one, formatted."""
    text = source
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    for arguments in (CORRECTIONS, ["format", "--quiet"]):
        text = _ruff(arguments, text, name)
    return NOTICE.format(name=name) + text


def twins() -> dict[Path, str]:
    """Every module of the twin and what it should hold."""
    return {TWIN / path.name: twin_of(path.read_text(), path.name) for path in sorted(SOURCE.glob("*.py"))}


def _ruff(arguments: list[str], text: str, name: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(TWIN / name), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main(arguments: list[str]) -> int:
    expected = twins()
    superfluous = set(TWIN.glob("*.py")) - set(expected)
    different = sorted(path for path, text in expected.items() if not path.exists() or path.read_text() != text)
    if "--check" not in arguments:
        TWIN.mkdir(exist_ok=True)
        for path in different:
            path.write_text(expected[path])
        for path in superfluous:
            path.unlink()
        return 0
    for path in [*different, *sorted(superfluous)]:
        print(f"{path} is not what its asynchronous source says; run `python -m ci.unasync`")
    return 1 if different or superfluous else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
