"""The example of the README works."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_the_example_serves_books(ask):
    [example] = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    program = {"__name__": "example"}
    exec(compile(example, str(README), "exec"), program)
    app = program["app"]
    assert [book["title"] for book in ask(app, "GET /books?sort=title").json] == ["Dune", "Emma"]
    assert ask(app, "GET /books/2").json == {"id": 2, "title": "Emma"}
    assert ask(app, "GET /books/3").status == 404
    assert ask(app, "GET /books?sort=price").status == 422
    assert app.url_for("book", id=1) == "/books/1"
