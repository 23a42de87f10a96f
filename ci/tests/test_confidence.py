"""The confidence pack: what is gathered, and what a reader sees."""

import json

from ci import confidence
from ci.engines.suite import Outcome

RUNS = [Outcome("postgresql", "18.6", 350, 0, 30.0), Outcome("sqlite", "3.35.5", 1200, 2, 20.0)]
SOAKS = [{"soak_database": "sqlite", "soak_rounds": "20", "soak_growth_bytes": "99", "soak_seconds": "0.5"}]


def test_the_pack_holds_versions_counts_and_figures(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    confidence.write(confidence.gathered(RUNS, SOAKS), tmp_path)
    pack = json.loads((tmp_path / "confidence.json").read_text())
    assert pack["generated_at"] == "1970-01-01T00:00:00+00:00"
    assert [(run["version"], run["passed"], run["good"]) for run in pack["runs"]] == [
        ("18.6", 350, True),
        ("3.35.5", 1200, False),
    ]
    assert pack["adapters"]["sqlite"]["supports_for_update"] is False
    assert pack["scenarios"]["postgres_upsert_expression"] == 7
    page = (tmp_path / "confidence.md").read_text()
    assert "| postgresql 18.6 | 350 | 0 |" in page
    assert "| sqlite 3.35.5 | 1200 | 2 |" in page
    assert "| sqlite | 20 | 99 | 0.5 |" in page


def test_the_figures_of_the_soak_are_those_of_both_databases():
    figures = confidence.soaked("20")
    assert sorted(figure["soak_database"] for figure in figures) == ["postgresql", "sqlite"]
    assert {figure["soak_rounds"] for figure in figures} == {"20"}
