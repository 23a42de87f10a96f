import asyncio
import json
from xml.etree import ElementTree

import pytest

from ci.bench import page
from ci.bench.cpu import Cores
from ci.bench.profile import worker
from ci.bench.profile.apps import APPS
from ci.bench.profile.command import Profile, output, quickest
from ci.bench.profile.flame import folded, kind, svg
from ci.bench.profile.targets import TARGETS
from ci.bench.profile.trace import Trace, least

SVG = "{http://www.w3.org/2000/svg}"


def test_stages_lie_between_one_note_and_the_next():
    trace = Trace()
    trace.instants += [100, 130, 190]
    assert trace.stages(["first", "second"]) == [30, 60]


def test_a_request_that_took_another_way_than_its_stages_is_refused():
    trace = Trace()
    trace()
    with pytest.raises(LookupError, match="seen 1 times, and 2 stages need one more"):
        trace.stages(["first", "second"])


def test_the_stages_of_one_batch_are_kept_together():
    assert least([[1.0, 9.0], [4.0, 4.0], [9.0, 0.5]]) == [4.0, 4.0]


def test_the_quickest_process_is_chosen_for_each_kind_of_request():
    slow, fast = {"read": 5.0, "whole": 1.0}, {"read": 3.0, "whole": 9.0}
    assert quickest([{"a": slow, "b": fast}, {"a": fast, "b": slow}]) == {"a": fast, "b": fast}


@pytest.mark.parametrize("name", TARGETS)
def test_the_stages_of_a_request_are_all_passed(name, monkeypatch):
    monkeypatch.setattr(worker, "BATCHES", 3)
    monkeypatch.setattr(worker, "WARM_UP", 1)
    monkeypatch.setattr(worker, "REQUESTS", {"plain": ((),), "new": (("a: 1",), ("a: 2",))})
    found = asyncio.run(worker.profile(TARGETS[name], APPS[name]))
    assert list(found) == ["plain", "new"]
    assert set(found["plain"]) > {*TARGETS[name].stages, "whole"}
    assert found["plain"]["llhttp, where fields are new"] == 0 < found["new"]["llhttp, where fields are new"]


@pytest.mark.parametrize("name", TARGETS)
def test_samples_begin_with_the_servers_own_functions(name):
    lines = output("sampling", name, "0.3", core=Cores.available().server).splitlines()
    outermost = {line.split(";")[0].rpartition(" ")[0].partition(" (")[0] or line for line in lines}
    assert "Connection.data_received" in outermost
    assert not any("ci/bench/profile/wire" in line for line in lines)


def test_stacks_are_folded_into_a_tree():
    root = folded(["serve;read 3", "serve;write 1", "loop 4", ""])
    assert (root.samples, list(root.calls)) == (8, ["serve", "loop"])
    serve = root.calls["serve"]
    assert (serve.samples, {name: frame.samples for name, frame in serve.calls.items()}) == (4, {"read": 3, "write": 1})


def test_a_box_is_as_wide_as_its_share_and_lies_below_its_caller():
    drawn = ElementTree.fromstring(svg(folded(["a;b <c> 1", "a 1", "d 2"]), "title", "note"))
    boxes = {group.find(f"{SVG}title").text: group.find(f"{SVG}rect") for group in drawn.iter(f"{SVG}g")}
    widths = {name: float(rect.get("width")) for name, rect in boxes.items()}
    assert widths["a: 50.0%"] == pytest.approx(widths["all: 100.0%"] / 2)
    assert widths["b <c>: 25.0%"] == pytest.approx(widths["all: 100.0%"] / 4)
    assert float(boxes["b <c>: 25.0%"].get("y")) > float(boxes["a: 50.0%"].get("y"))


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("Connection._serve (arlen_http/connection.py)", "server"),
        ("read_head (arlen_http/parser/head.py)", "server"),
        ("dispatch (arlen_mvc/dispatch.py)", "family"),
        ("json (subjects/content.py)", "other"),
    ],
)
def test_a_box_has_the_colour_of_whose_code_it_is(name, owner):
    assert kind(name) == owner


@pytest.fixture
def profile():
    return Profile("bare", {"Host only": {"read": 1500.0, "answer": 500.0, "whole": 1990.0}}, "<svg/>")


def test_a_profile_ends_with_the_sum_of_its_stages_and_the_request_in_one(profile):
    assert profile.rows == [
        ["read", "1.50"],
        ["answer", "0.50"],
        ["together", "2.00"],
        ["the same, not taken apart", "1.99"],
    ]


def test_a_profile_is_written_as_document_and_picture(profile, tmp_path):
    document, picture = profile.write({"machine": "x"}, tmp_path)
    assert json.loads(document.read_text()) == {"nanoseconds": profile.stages, "machine": "x"}
    assert picture.read_text() == "<svg/>"


TEXT = """before
<!-- measured bare -->
old
<!-- end -->
between
<!-- measured http -->
<!-- end -->
after
<!-- end -->
"""


def test_a_table_takes_the_place_between_its_own_markers():
    once = page.replaced(TEXT, "bare", "new")
    assert "before\n<!-- measured bare -->\n\nnew\n\n<!-- end -->\nbetween" in once
    assert page.replaced(once, "bare", "new") == once
    assert "<!-- measured http -->\n\n\\1\n\n<!-- end -->\nafter" in page.replaced(TEXT, "http", "\\1")


def test_a_picture_lies_beside_the_page_that_shows_it(tmp_path):
    (tmp_path / "images").mkdir()
    shown = tmp_path / "performance.md"
    shown.write_text(TEXT)
    page.put("http", "| a table |", "Measured today.", page.Picture("http.svg", "a chart", "<svg/>"), shown)
    assert "Measured today.\n\n| a table |\n\n![a chart](images/http.svg)\n\n<!-- end -->" in shown.read_text()
    assert (tmp_path / "images" / "http.svg").read_text() == "<svg/>"


def test_a_page_without_the_place_is_refused():
    with pytest.raises(LookupError, match="0 places for 'router'"):
        page.replaced(TEXT, "router", "new")


def test_a_markdown_table_has_its_numbers_to_the_right():
    assert page.markdown(("stage", "us"), [["read", "1.5"]]) == "| stage | us |\n| --- | ---: |\n| read | 1.5 |"
