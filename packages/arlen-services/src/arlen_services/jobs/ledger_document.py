"""A ledger as a JSON document, and back."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from arlen_services.errors import JobError

from .envelope import JobEnvelope
from .ledger import Ledger
from .new_job import HeldUntil
from .record import JobRecord, JobState, Progress
from .settlement import Failure
from .transitions import StoredJob
from .unique_keys import Holder

logger = logging.getLogger(__name__)

EMPTY: Mapping[str, Any] = {
    "sequence_counter": 0,
    "pending": [],
    "leased": {},
    "idempotency_map": {},
    "dead_letters": [],
    "finished": [],
    "paused": [],
    "marks": {},
    "windows": {},
    "malformed": [],
}


class Document:
    """The text of a ledger. Keys that this version does not know, and entries that it cannot read, are kept.

    Raises:
        JobError: code ``state_malformed``; ``details`` name the place.
    """

    __slots__ = ("_read", "ledger")

    def __init__(self, text: bytes, place: str) -> None:
        try:
            self._read: dict[str, Any] = {**EMPTY, **json.loads(text)}
            self.ledger = Ledger()
            self._restore()
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
            raise JobError(
                f"{place} is not the document of a job queue: {error}; move it away or mend it",
                code="state_malformed",
                details={"path": place},
                permanent=True,
            ) from error

    def text(self) -> bytes:
        ledger = self.ledger
        jobs = list(ledger.jobs.values())
        written = self._read | {
            "sequence_counter": ledger.sequence,
            "pending": [_entry(job) for job in jobs if job.state is JobState.PENDING],
            "leased": {job.envelope.job_id: _entry(job) for job in jobs if job.state is JobState.LEASED},
            "idempotency_map": {key: _holder_entry(holder) for key, holder in ledger.keys.items()},
            "dead_letters": [_entry(job) for job in jobs if job.state is JobState.DEAD],
            "finished": [_entry(job) for job in jobs if job.state in (JobState.SUCCEEDED, JobState.CANCELLED)],
            "paused": sorted(ledger.paused),
            "marks": ledger.marks,
            "windows": {key: [ends.timestamp(), count] for key, (ends, count) in ledger.bounds.windows().items()},
        }
        return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()

    def _restore(self) -> None:
        read, ledger = self._read, self.ledger
        ledger.sequence = int(read["sequence_counter"])
        malformed = list(read["malformed"])
        for state, entries in _sections(read):
            for entry in entries:
                try:
                    ledger.restore(_stored(entry, state))
                except (JobError, KeyError, TypeError, ValueError, AttributeError) as error:
                    logger.warning("skipped an entry of a job queue that cannot be read: %s", error)
                    malformed.append(entry)
        self._read["malformed"] = malformed
        for key, entry in read["idempotency_map"].items():
            ledger.keys[key] = Holder(entry["job_id"], HeldUntil(entry["until"]), _moment(entry["kept_until"]))
        ledger.paused = set(read["paused"])
        ledger.marks = dict(read["marks"])
        for key, (ends, count) in read["windows"].items():
            ledger.bounds.restore(key, datetime.fromtimestamp(ends, UTC), int(count))


def _sections(read: Mapping[str, Any]) -> Iterable[tuple[JobState | None, Iterable[Any]]]:
    yield JobState.PENDING, read["pending"]
    yield JobState.LEASED, read["leased"].values()
    yield JobState.DEAD, read["dead_letters"]
    yield None, read["finished"]


def _entry(job: StoredJob) -> dict[str, Any]:
    entry = job.record.to_dict()
    entry["lease_expires_at"] = entry.pop("expires_at")
    return entry | {"lease_token": job.token, "keep_until": _seconds(job.keep_until)}


def _stored(entry: Mapping[str, Any], state: JobState | None) -> StoredJob:
    progress = entry.get("progress")
    record = JobRecord(
        envelope=JobEnvelope.from_dict(entry),
        state=JobState(entry["state"]) if state is None else state,
        expires_at=_moment(entry.get("lease_expires_at")),
        finished_at=_moment(entry.get("finished_at")),
        reason=entry.get("reason"),
        failures=tuple(_failure(failure) for failure in entry.get("failures", ())),
        result=entry.get("result"),
        progress=None if progress is None else Progress(**progress),
        cancelling=bool(entry.get("cancelling", False)),
    )
    token = entry["lease_token"] if record.state is JobState.LEASED else None
    return StoredJob(record, token, _moment(entry.get("keep_until")))


def _failure(entry: Mapping[str, Any]) -> Failure:
    return Failure(**{**entry, "at": datetime.fromtimestamp(entry["at"], UTC)})


def _holder_entry(holder: Holder) -> dict[str, Any]:
    return {"job_id": holder.job_id, "until": str(holder.until), "kept_until": _seconds(holder.kept_until)}


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
