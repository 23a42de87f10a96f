import json
from xml.etree import ElementTree

import pytest

from ci.bench.catalogue import Role
from ci.bench.figures import Measured
from ci.bench.goals import AtLeast, AtMost
from ci.bench.machine import Surroundings
from ci.bench.plot import Bar, Chart, Panel
from ci.bench.report import Report, table

CHART = Chart("http: <fast>", "a & b", [Panel("GET /", "req/s", [Bar("Arlen", 120_000.4, Role.HOUSE), Bar("x", 0)])])


@pytest.fixture
def report():
    return Report(
        suite="http",
        figures=[
            Measured("http.bare_vs_floor", 0.6, goal=AtLeast(0.55), per_cpu=0.5, lowest=0.58, highest=0.61),
            Measured("http.bare_vs_best", 1.25, goal=AtLeast(2)),
            Measured("http.blob_vs_best", 3.5, goal=AtLeast(2), disturbed=True),
            Measured("http.slowloris_p99", 1.25, goal=AtMost(2)),
            Measured("http.idle_conn_bytes", 10_241, goal=AtMost(10_240)),
        ],
        tables=["a table"],
        missing={"robyn": "robyn is not installed"},
        chart=CHART,
        details={"rounds": [1, 2]},
    )


def test_the_document_has_flat_ratios_beside_the_raw_rounds(report, tmp_path):
    result, picture = report.write({"machine": {"cpus": 2}}, tmp_path)
    document = json.loads(result.read_text())
    assert document["ratios"] == {
        "http.bare_vs_floor": 0.6,
        "http.bare_vs_best": 1.25,
        "http.blob_vs_best": 3.5,
        "http.slowloris_p99": 1.25,
        "http.idle_conn_bytes": 10_241,
    }
    assert (document["rounds"], document["machine"], document["suite"]) == ([1, 2], {"cpus": 2}, "http")
    assert document["missing"] == {"robyn": "robyn is not installed"}
    assert picture.read_text() == CHART.svg()


def test_the_printed_report_names_goals_and_the_missing_with_their_reason(report):
    printed = "\n".join(report.lines()).splitlines()
    assert ["http.bare_vs_floor", "0.6", "0.5", "0.58", "-", "0.61", ">=", "0.55", "met"] in map(str.split, printed)
    assert ["http.bare_vs_best", "1.25", ">=", "2", "MISSED"] in map(str.split, printed)
    assert ["http.blob_vs_best", "3.5!", ">=", "2", "disturbed"] in map(str.split, printed)
    assert ["http.slowloris_p99", "1.25", "<=", "2", "met"] in map(str.split, printed)
    assert ["http.idle_conn_bytes", "10,241", "<=", "10240", "MISSED"] in map(str.split, printed)
    assert "not measured: robyn: robyn is not installed" in printed


def test_when_and_on_what_was_measured_fits_in_a_sentence():
    where = Surroundings(
        "2026-11-22T10:00:00Z", "5d86bc74e0cafe", {"version": "3.11.7 (main)"}, {"cpus": 2, "cpu": "X"}
    )
    assert str(where) == "Measured on 2026-11-22 at commit 5d86bc74e0, Python 3.11.7, 2 processors of X."


def test_a_table_is_as_wide_as_its_widest_cells():
    assert table(("name", "n"), [["a", "100"], ["long name", "7"]]).splitlines() == [
        "name         n",
        "---------  ---",
        "a          100",
        "long name    7",
    ]


def test_a_chart_is_well_formed_and_draws_the_longest_bar_at_full_width():
    drawn = ElementTree.fromstring(CHART.svg())
    name = "{http://www.w3.org/2000/svg}"
    bars = {bar.get("class"): float(bar.get("width")) for bar in drawn.iter(f"{name}rect")}
    assert bars["house"] > 500
    assert bars["peer"] == 1.0
    assert [text.text for text in drawn.iter(f"{name}text")][:2] == ["http: <fast>", "a & b"]
    assert "120,000" in {text.text for text in drawn.iter(f"{name}text")}
