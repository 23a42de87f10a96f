"""Jobs that run later, elsewhere, and again when they fail."""

from arlen_services.errors import JobError

from .envelope import JobEnvelope, Lease
from .file import FileJobQueue
from .limit import Limit
from .memory import MemoryJobQueue
from .new_job import AcceptedJob, HeldUntil, NewJob, OnConflict, Unique, accept
from .queue import CAPABILITIES, DEFAULT_LEASE, JobQueue
from .record import JobFilter, JobRecord, JobState, Progress, QueueCounts
from .settlement import Acknowledge, Discard, Failure, LeaseStatus, Outcome, Release, Retry, Settlement, followers
from .steps import (
    SingleSteps,
    acknowledge,
    dead_letters,
    dequeue,
    discard,
    heartbeat,
    new_job,
    pending,
    release,
    retry,
)

__all__ = [
    "AcceptedJob",
    "Acknowledge",
    "CAPABILITIES",
    "DEFAULT_LEASE",
    "Discard",
    "Failure",
    "FileJobQueue",
    "HeldUntil",
    "JobEnvelope",
    "JobError",
    "JobFilter",
    "JobQueue",
    "JobRecord",
    "JobState",
    "Lease",
    "LeaseStatus",
    "Limit",
    "MemoryJobQueue",
    "NewJob",
    "OnConflict",
    "Outcome",
    "Progress",
    "QueueCounts",
    "Release",
    "Retry",
    "Settlement",
    "SingleSteps",
    "Unique",
    "accept",
    "acknowledge",
    "dead_letters",
    "dequeue",
    "discard",
    "followers",
    "heartbeat",
    "new_job",
    "pending",
    "release",
    "retry",
]
