import json
import re
from pathlib import Path

README = Path(__file__).parents[1].joinpath("README.md")


def test_the_example_of_the_readme_counts_its_visits(tmp_path, monkeypatch, serve):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "example_of_the_readme"}
    exec(compile(example, "README.md", "exec"), names)
    responses = serve(names["app"], "/", "/")
    assert [json.loads(response.body) for response in responses] == [{"visits": 1}, {"visits": 2}]
