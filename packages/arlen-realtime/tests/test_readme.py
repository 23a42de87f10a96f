import re
from pathlib import Path


def test_the_example_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == re.findall(r"^# prints: (.*\n)", example, re.MULTILINE)[0]
