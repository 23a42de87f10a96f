from pathlib import Path

import pytest
from arlen_cli.boomhauer.changes import Consequence, consequence_of
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path("/srv/shop")

CASES = [
    ("src/shop/controllers/home.py", Consequence.RESTART),
    ("src/shop/prices.json", Consequence.RESTART),
    ("app_lite.py", Consequence.RESTART),
    ("shop/web.py", Consequence.RESTART),
    ("pyproject.toml", Consequence.RESTART),
    ("config/app.toml", Consequence.RESTART),
    ("config/environments/development.toml", Consequence.RESTART),
    ("templates/index.html", Consequence.TEMPLATES),
    ("templates/mail/welcome.txt", Consequence.TEMPLATES),
    ("public/app.css", Consequence.STYLES),
    ("public/app.js", Consequence.PAGE),
    ("shop/pages/index.html", Consequence.PAGE),
    ("README.md", Consequence.NOTHING),
    ("src", Consequence.NOTHING),
    ("tests/test_home.py", Consequence.NOTHING),
    ("db/development.sqlite3", Consequence.NOTHING),
    ("node_modules/left/index.js", Consequence.NOTHING),
    ("src/shop/__pycache__/app.cpython-311.pyc", Consequence.NOTHING),
    (".boomhauer/last_build_error.log", Consequence.NOTHING),
    (".venv/lib/python3.11/site-packages/x.py", Consequence.NOTHING),
    ("src/shop/.app.py.swp", Consequence.NOTHING),
    ("src/shop/app.py~", Consequence.NOTHING),
    ("src/shop/#app.py#", Consequence.NOTHING),
    ("src/shop/4913", Consequence.NOTHING),
    ("templates/index.html___jb_tmp___", Consequence.NOTHING),
]


@pytest.mark.parametrize(("path", "consequence"), CASES)
def test_a_change_asks_for_no_more_than_it_needs(path, consequence):
    assert consequence_of([ROOT / path], ROOT) is consequence


def test_what_lies_outside_of_the_root_means_nothing():
    assert consequence_of([Path("/srv/other/app.py")], ROOT) is Consequence.NOTHING
    assert consequence_of([], ROOT) is Consequence.NOTHING


@given(st.lists(st.sampled_from(CASES), min_size=1))
def test_the_heaviest_change_of_a_set_decides(cases):
    assert consequence_of([ROOT / path for path, _ in cases], ROOT) == max(weight for _, weight in cases)
