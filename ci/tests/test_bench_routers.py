import json
import subprocess
import sys

import pytest

from ci.bench.root import ROOT
from ci.bench.routers.__main__ import measure
from ci.bench.routers.table import Lookup
from ci.bench.suites.router import figures, growth, middle


def timing(small, large):
    def times(value):
        return {"build_ms": 1.0, **dict.fromkeys(("static", "param", "wildcard", "miss"), value)}

    return {"120": times(small), "12000": times(large)}


def test_growth_is_the_time_in_the_large_table_over_the_small_one():
    assert growth(timing(100.0, 150.0)) == 1.5


def test_figures_are_matches_per_second_in_the_large_table():
    assert figures(timing(100.0, 200.0))["router.static"] == 5_000_000
    assert set(figures(timing(1.0, 1.0))) == {
        "router.static",
        "router.param",
        "router.wildcard",
        "router.miss",
        "router.growth",
    }


def test_the_middle_of_rounds_is_the_median_of_each_time():
    assert middle([timing(1.0, 9.0), timing(2.0, 5.0), timing(3.0, 7.0)]) == {
        **timing(2.0, 7.0),
    }


@pytest.mark.parametrize("router", ["arlen", "starlette"])
def test_a_router_finds_every_path_of_the_table(router):
    command = (sys.executable, "-m", "ci.bench.routers", router, "30")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["30"]) == {"build_ms", "static", "param", "wildcard", "miss"}


def test_a_router_that_captures_nothing_is_refused_before_it_is_timed():
    def build(count):
        return Lookup(match=lambda path: {}, params=lambda found: found)

    with pytest.raises(SystemExit, match=r"param: /bench/tenant/9/42 gives \{\}"):
        measure(build, 30)
