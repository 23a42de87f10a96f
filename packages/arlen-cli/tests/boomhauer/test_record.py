from datetime import UTC, datetime

from arlen_cli.boomhauer.failure import BuildFailure, Stage
from arlen_cli.boomhauer.record import FailureRecord


def test_the_last_failure_is_kept_until_it_is_forgotten(tmp_path):
    record = FailureRecord(tmp_path)
    failure = BuildFailure(Stage.CONFIG, "port is no number", output="Traceback …", command="boomhauer", exit_code=1)
    record.keep(failure, datetime(2026, 11, 22, 13, 0, tzinfo=UTC))
    assert "port is no number" in (tmp_path / ".boomhauer/last_build_error.log").read_text("utf-8")
    assert (tmp_path / ".boomhauer/last_build_error.meta").read_text("utf-8").splitlines() == [
        "stage=config",
        "command=boomhauer",
        "exit_code=1",
        "timestamp_utc=2026-11-22T13:00:00+00:00",
    ]
    assert record.forget() is True
    assert list((tmp_path / ".boomhauer").iterdir()) == []
    assert record.forget() is False
