from collections.abc import Callable
from pathlib import Path

import pytest

Files = Callable[..., Path]


@pytest.fixture
def app(tmp_path: Path) -> Files:
    """Writes an application's configuration files; keywords are environments, the positional text is app.toml."""

    def write(text: str = "", **environments: str) -> Path:
        (tmp_path / "config/environments").mkdir(parents=True, exist_ok=True)
        (tmp_path / "config/app.toml").write_text(text, encoding="utf-8")
        for name, content in environments.items():
            (tmp_path / f"config/environments/{name}.toml").write_text(content, encoding="utf-8")
        return tmp_path

    return write
