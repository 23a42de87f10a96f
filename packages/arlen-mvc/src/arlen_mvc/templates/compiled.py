"""Templates that were compiled ahead: used as long as they are what their sources say."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import marshal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket

MANIFEST = "manifest.json"

_PLACE = "<template>/"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """One entry of a manifest: the file with the code, and the digest of every source that went into it, by name."""

    file: str
    sources: Mapping[str, str]


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(environment: jinja2.Environment) -> str:
    """A digest of all that decides, beside the sources, what templates are compiled to."""
    known = [
        f"{_FORMAT} {importlib.util.MAGIC_NUMBER.hex()} jinja2 {jinja2.__version__}",
        type(environment).__qualname__,
        getattr(environment.finalize, "__qualname__", ""),
        *_told("filter", environment.filters),
        *_told("test", environment.tests),
    ]
    return digest("\n".join(known))


def _told(kind: str, functions: Mapping[str, Any]) -> Iterable[str]:
    return (f"{kind} {name} {getattr(functions[name], 'jinja_pass_arg', '')}" for name in sorted(functions))


def dump_code(source: str, name: str) -> bytes:
    """Bytecode of a generated module; the same for the same source, wherever it is made."""
    return marshal.dumps(compile(source, f"{_PLACE}{name}", "exec"), 2)


def load_code(data: bytes, root: Path) -> CodeType:
    """The bytecode as that of a template below ``root``.

    Raises:
        ValueError, EOFError, TypeError: it is not bytecode.
    """
    return _placed(marshal.loads(data), str(root))


def _placed(code: CodeType, root: str) -> CodeType:
    inner = tuple(_placed(each, root) if isinstance(each, CodeType) else each for each in code.co_consts)
    filename = f"{root}/{code.co_filename.removeprefix(_PLACE)}"
    return code.replace(co_consts=inner, co_filename=filename)


class CompiledTemplates(jinja2.BytecodeCache):
    """What ``python -m arlen_mvc templates compile`` has written to a directory.

    An entry whose sources are not those of the manifest, or that is missing or damaged, is left aside, and so is all
    of it when another Python, another Jinja2, or another set of filters and tests has compiled it; the source is used.
    """

    def __init__(self, directory: Path, root: Path, environment: jinja2.Environment) -> None:
        self._directory = directory
        self._root = root
        self._entries = _entries(directory, fingerprint(environment))

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        bucket = Bucket(environment, name, name)
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        entry = self._entries.get(bucket.key)
        if entry is None or not all(self._is_current(name, known) for name, known in entry.sources.items()):
            return
        try:
            bucket.code = load_code((self._directory / entry.file).read_bytes(), self._root)
        except (OSError, ValueError, EOFError, TypeError):
            return

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Left to the command: an application writes nothing where it runs."""

    def _is_current(self, name: str, known: str) -> bool:
        try:
            return digest((self._root / name).read_text("utf-8")) == known
        except (OSError, UnicodeDecodeError):
            return False


def _entries(directory: Path, wanted: str) -> Mapping[str, CompiledTemplate]:
    try:
        manifest = json.loads((directory / MANIFEST).read_text("utf-8"))
        if manifest["fingerprint"] != wanted:
            return {}
        return {name: CompiledTemplate(each["file"], each["sources"]) for name, each in manifest["templates"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
