import pytest

from ci.bench.catalogue import ARLEN_UPLOAD, FLOOR
from ci.bench.companions import beside, outcome
from ci.bench.cpu import Cores
from ci.bench.load import LoadError, parse
from ci.bench.server import free_port, running

CORES = Cores.available()


@pytest.fixture
def floor():
    with running(FLOOR, CORES.server) as server:
        yield server


def test_a_paced_client_asks_as_often_as_it_was_told(floor):
    load = parse(outcome(CORES.load, "paced", port=floor.port, path="/healthz", rate=200, seconds=0.5))
    assert load.requests == 100
    assert 0 < load.p50_ms <= load.p99_ms


def test_a_client_that_is_not_answered_200_fails(floor):
    with pytest.raises(LoadError, match="paced ended with 1: ConnectionError: an answer was not 200"):
        outcome(CORES.load, "paced", port=floor.port, path="/absent", rate=200, seconds=0.1)


@pytest.mark.parametrize(("client", "options"), [("crowd", {"path": "/healthz"}), ("drip", {})])
def test_clients_beside_a_run_are_all_connected_in_its_block(floor, client, options):
    with beside(CORES.load, client, port=floor.port, clients=100, **options):
        assert floor.keeps(100)


def test_clients_that_find_no_server_are_not_waited_for():
    with (
        pytest.raises(LoadError, match="crowd is not ready: ConnectionRefusedError"),
        beside(CORES.load, "crowd", port=free_port(), clients=1, path="/healthz"),
    ):
        pass


@pytest.mark.parametrize("framing", ["content-length", "chunked"])
def test_an_upload_is_written_whole_in_either_framing(framing):
    with running(ARLEN_UPLOAD, CORES.server) as server:
        written = outcome(CORES.load, "upload", port=server.port, framing=framing, mebibytes=2)
    assert written.strip() == str(2 << 20)
