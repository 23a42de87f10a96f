import re
from pathlib import Path

from arlen_testkit.client import Client

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_example_serves_what_the_readme_says(arlen, here):
    (source,) = blocks("python")
    (listing,) = blocks("text")
    (here / "app_lite.py").write_text(source)
    assert arlen("routes").out == listing
    namespace = {}
    exec(compile(source, "app_lite.py", "exec"), namespace)
    with Client(namespace["app"]) as client:
        assert client.get("/hello/Ada").text == "<h1>Hello, Ada</h1>"
