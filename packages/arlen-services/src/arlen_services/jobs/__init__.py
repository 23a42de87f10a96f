"""Jobs that run later, elsewhere, and again when they fail."""

from arlen_services.errors import JobError
from arlen_services.resilience.policy import Jitter, RetryPolicy

from .bounded import EagerJobQueue, drain, run_due
from .context import JobContext, running_job
from .envelope import JobEnvelope, Lease
from .file import FileJobQueue
from .flow import Group, chain, enqueue_group
from .limit import Limit
from .memory import MemoryJobQueue
from .new_job import AcceptedJob, HeldUntil, NewJob, OnConflict, Unique, accept
from .opening import open_jobs
from .pools import Pools
from .queue import CAPABILITIES, DEFAULT_LEASE, JobQueue
from .record import JobFilter, JobRecord, JobState, Progress, QueueCounts
from .results import result_of
from .schedule import Every, Missed, Schedule
from .scheduler import Scheduler, ScheduleStatus
from .settlement import Acknowledge, Discard, Failure, LeaseStatus, Outcome, Release, Retry, Settlement, followers
from .signals import DiscardJob, JobSignal, RetryJob, SnoozeJob
from .statistics import RunSummary, WorkerStatistics
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
from .task import LimitBy, Runs, Task, UniqueBy
from .tasks import Tasks
from .worker import Worker

__all__ = [
    "accept",
    "AcceptedJob",
    "Acknowledge",
    "acknowledge",
    "CAPABILITIES",
    "chain",
    "dead_letters",
    "DEFAULT_LEASE",
    "dequeue",
    "Discard",
    "discard",
    "DiscardJob",
    "drain",
    "EagerJobQueue",
    "Every",
    "enqueue_group",
    "Failure",
    "Group",
    "FileJobQueue",
    "followers",
    "heartbeat",
    "HeldUntil",
    "Jitter",
    "JobContext",
    "JobEnvelope",
    "JobError",
    "JobFilter",
    "JobQueue",
    "JobRecord",
    "JobSignal",
    "JobState",
    "Lease",
    "LeaseStatus",
    "Limit",
    "LimitBy",
    "MemoryJobQueue",
    "Missed",
    "new_job",
    "NewJob",
    "OnConflict",
    "Outcome",
    "open_jobs",
    "pending",
    "Pools",
    "Progress",
    "QueueCounts",
    "Release",
    "release",
    "result_of",
    "Retry",
    "retry",
    "RetryJob",
    "RetryPolicy",
    "run_due",
    "running_job",
    "Runs",
    "RunSummary",
    "Schedule",
    "Scheduler",
    "ScheduleStatus",
    "Settlement",
    "SingleSteps",
    "SnoozeJob",
    "Task",
    "Tasks",
    "Unique",
    "UniqueBy",
    "Worker",
    "WorkerStatistics",
]
