"""Compiling every template of a directory ahead of time."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path

import jinja2

from .compiled import MANIFEST, digest, dump_code, fingerprint
from .diagnostics import Diagnostic
from .linting import TemplateLinter


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of it: the templates that were compiled, or the errors because of which nothing was written."""

    compiled: tuple[str, ...]
    errors: tuple[Diagnostic, ...]


def compile_templates(environment: jinja2.Environment, root: Path, output: Path) -> Compilation:
    """Write the bytecode of every template below ``root``, and a manifest, to the directory ``output``.

    The same sources give the same bytes. A template with an error keeps everything from being written.

    Raises:
        OSError: the directory cannot be written.
    """
    linter = TemplateLinter(environment, root)
    names = linter.names()
    errors = tuple(each for name in names for each in linter.lint_file(name) if each.level == "error")
    if errors:
        return Compilation((), errors)
    entries, modules = {}, {}
    for name in names:
        source = _source(root, name)
        module = environment.compile(source, name, str(root / name), raw=True)
        file = f"{digest(name)[:16]}.bin"
        modules[file] = dump_code(module, name)
        parts = sorted({name, *_inlined(module)})
        entries[name] = {"file": file, "sources": {part: digest(_source(root, part)) for part in parts}}
    output.mkdir(parents=True, exist_ok=True)
    for file, data in modules.items():
        (output / file).write_bytes(data)
    manifest = {"fingerprint": fingerprint(environment), "templates": entries}
    (output / MANIFEST).write_text(f"{json.dumps(manifest, indent=2, sort_keys=True)}\n", "utf-8")
    _forget_others(output, modules)
    return Compilation(tuple(names), ())


def _source(root: Path, name: str) -> str:
    return (root / name).read_text("utf-8")


def _inlined(module: str) -> set[str]:
    """The other templates that were written into a generated module, which lists them in its last line."""
    assignment, is_listed, listed = module.rstrip().rpartition("\n")[2].partition("inclusions = ")
    return {name for _, _, name in ast.literal_eval(listed)} if is_listed and not assignment else set()


def _forget_others(output: Path, written: dict[str, bytes]) -> None:
    for file in output.glob("*.bin"):
        if file.name not in written:
            file.unlink()
