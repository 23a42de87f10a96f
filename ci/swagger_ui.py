"""Bring a release of Swagger UI into arlen_mvc: fetched with npm, held against its hash, packed by gzip.

``python ci/swagger_ui.py`` writes the files that the package ships; ``--check`` only says whether they are those.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "5.35.0"
SHA512 = "U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="
PACKED = ("swagger-ui-bundle.js", "swagger-ui.css")
PLAIN = ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt")
TARGET = Path(__file__).resolve().parent.parent / "packages/arlen-mvc/src/arlen_mvc/openapi/swagger_ui"


def fetch(directory: Path) -> Path:
    """The archive of the release.

    Raises:
        SystemExit: npm failed, or the archive is another one.
    """
    command = ["npm", "pack", "--silent", f"swagger-ui-dist@{VERSION}"]
    if subprocess.run(command, cwd=directory, check=False, stdout=subprocess.DEVNULL).returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    archive = next(directory.glob("*.tgz"))
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise SystemExit(f"{archive.name} has the SHA-512 {found}, not {SHA512}")
    return archive


def shipped(archive: Path) -> dict[str, bytes]:
    """The files of the package, by name."""
    with tarfile.open(archive) as tar:
        contents = {name: tar.extractfile(f"package/{name}") for name in (*PACKED, *PLAIN)}
        read = {name: file.read() for name, file in contents.items() if file is not None}
    packed = {f"{name}.gz": gzip.compress(read[name], 9, mtime=0) for name in PACKED}
    return {**packed, **{name: read[name] for name in PLAIN}, "VERSION": f"{VERSION}\n".encode()}


def same(path: Path, content: bytes) -> bool:
    """Whether the file holds this; packed ones may be packed by another release of zlib."""
    if not path.is_file():
        return False
    unpack = gzip.decompress if path.suffix == ".gz" else bytes
    return unpack(path.read_bytes()) == unpack(content)


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as directory:
        files = shipped(fetch(Path(directory)))
    other = [name for name, content in files.items() if not same(TARGET / name, content)]
    if "--check" in arguments:
        print("\n".join(f"{name} is not that of Swagger UI {VERSION}" for name in other) or f"Swagger UI {VERSION}")
        return 1 if other else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in other:
        (TARGET / name).write_bytes(files[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
