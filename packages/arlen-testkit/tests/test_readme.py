"""The README's example is a test module that passes."""

import re
from pathlib import Path

import pytest

pytest_plugins = "pytester"

README = Path(__file__).parents[1] / "README.md"


def test_the_example_of_the_readme_passes(pytester: pytest.Pytester) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    pytester.makepyfile(example)
    result = pytester.runpytest_subprocess("-W", "error")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] > 10
