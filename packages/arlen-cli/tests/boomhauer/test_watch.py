"""Changes as the operating system reports them: real files, real notifications."""

import asyncio
from pathlib import Path

from arlen_cli.boomhauer.watch import watch, watched_directories


def test_the_application_is_watched_and_what_it_makes_or_installs_is_not(tmp_path):
    for name in ("src", "templates", "shop", ".git", ".boomhauer", "node_modules", "db", "tests", "env", "__pycache__"):
        (tmp_path / name).mkdir()
    (tmp_path / "env/pyvenv.cfg").touch()
    (tmp_path / "app_lite.py").touch()
    assert {path.name for path in watched_directories(tmp_path)} == {"src", "templates", "shop"}


def test_changes_are_told_and_a_directory_that_appears_is_watched_from_then_on(tmp_path):
    (tmp_path / "app_lite.py").write_text("one")

    async def scenario():
        told: asyncio.Queue[frozenset[Path]] = asyncio.Queue()
        watching = asyncio.create_task(watch(tmp_path, told.put_nowait))

        async def written(path):
            """Write until it is noticed: the notification may not be set up yet."""
            for number in range(2000):
                path.write_text(f"{number}")
                try:
                    async with asyncio.timeout(0.05):
                        while path not in await told.get():
                            pass
                        return True
                except TimeoutError:
                    continue
            return False

        try:
            async with asyncio.timeout(20):
                assert await written(tmp_path / "app_lite.py")
                (tmp_path / "templates").mkdir()
                assert await written(tmp_path / "templates/index.html")
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(scenario())
