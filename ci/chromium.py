"""Make sure that a Chromium and its driver are on PATH: install Debian's where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

DRIVERS = ("chromedriver",)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def present() -> bool:
    return any(map(shutil.which, BROWSERS)) and any(map(shutil.which, DRIVERS))


def main() -> int:
    if present():
        return 0
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "chromium-driver"],
        ):
            subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
        if present():
            return 0
    print(
        "The browser tests need Chromium and chromedriver on PATH (Debian: apt install chromium chromium-driver).",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
