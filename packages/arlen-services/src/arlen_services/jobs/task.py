"""Tasks: typed functions that can be enqueued."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, ParamSpec, TypeVar

from arlen_services.errors import JobError
from arlen_services.resilience.policy import RetryPolicy

from .codec import Codec, codec_of
from .context import JobContext, running_job
from .limit import Limit
from .new_job import HeldUntil, NewJob, OnConflict, Unique
from .queue import JobQueue

P = ParamSpec("P")
R = TypeVar("R")


class Runs(StrEnum):
    """Where a handler runs."""

    LOOP = "loop"
    """A coroutine function, on the event loop."""
    THREAD = "thread"
    """A plain function, in a thread."""
    PROCESS = "process"
    """A plain function at the top of a module that keeps a processor busy, in a process of its own."""


@dataclass(frozen=True, slots=True)
class UniqueBy:
    """Makes the unique key of a job from the task's name and arguments; see `Unique`.

    Attributes:
        arguments: their names, with dots into mappings (``"user.id"``); empty: all arguments.
    """

    arguments: Sequence[str] = ()
    until: HeldUntil = HeldUntil.FINISHED
    period: float = 0.0
    on_conflict: OnConflict = OnConflict.EXISTING

    def of(self, name: str, payload: Mapping[str, Any]) -> Unique:
        chosen = [_at(payload, path) for path in self.arguments] if self.arguments else sorted(payload.items())
        return Unique(f"{name}:{chosen!r}", self.until, self.period, self.on_conflict)


@dataclass(frozen=True, slots=True)
class LimitBy:
    """Makes the `Limit` of a job; ``key`` is a format of its arguments such as ``"tenant:{tenant}"``."""

    key: str
    running: int = 0
    starts: int = 0
    per: float = 1.0

    def of(self, payload: Mapping[str, Any]) -> Limit:
        return Limit(self.key.format_map(payload), self.running, self.starts, self.per)


@dataclass(frozen=True, slots=True)
class Task(Generic[P, R]):
    """A function with a name under which jobs ask for it. Calling the task calls the function, here and now.

    Attributes:
        retry: how often and when it is tried again.
        timeout: seconds for one attempt; 0: any time.
        keep_result: seconds for which what the function returns, a JSON value, can be read; 0: it is not kept.
        version: of the payload's shape; stored in each job.
    """

    function: Callable[P, R]
    name: str
    runs: Runs
    bound_queue: Callable[[], JobQueue] = field(repr=False)
    queue: str = "default"
    priority: int = 5
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009
    timeout: float = 0.0
    keep_result: float = 0.0
    version: int = 1
    unique: UniqueBy | None = None
    limit: LimitBy | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    codecs: Mapping[str, Codec] = field(default_factory=dict, repr=False)
    context_name: str | None = None
    signature: inspect.Signature = field(default_factory=inspect.Signature, repr=False)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def using(self, **options: Any) -> Task[P, R]:
        """The same task with other fields of `NewJob` for what it enqueues, such as ``not_before=60``."""
        return replace(self, options={**self.options, **options})

    def job(self, *args: Any, **kwargs: Any) -> NewJob:
        """The job that `enqueue` would store; for `JobQueue.enqueue_many` and ``then`` of `Acknowledge`.

        Raises:
            JobError: code ``invalid_arguments``: the function does not take them.
        """
        payload = self._encoded(args, kwargs)
        parent = running_job.get()
        inherited: dict[str, Any] = {}
        if parent is not None:
            inherited = {"traceparent": parent.job.traceparent, "correlation_id": parent.job.correlation_id}
        derived = {
            "queue": self.queue,
            "priority": self.priority,
            "max_attempts": max(1, self.retry.max_attempts),
            "version": self.version,
            "unique": None if self.unique is None else self.unique.of(self.name, payload),
            "limit": None if self.limit is None else self.limit.of(payload),
        }
        return NewJob(self.name, payload, **{**derived, **inherited, **self.options})

    async def enqueue(self, *args: Any, **kwargs: Any) -> str:
        """Check the arguments, store a job, and return its id."""
        [job_id] = await self.bound_queue().enqueue_many([self.job(*args, **kwargs)])
        return job_id

    def arguments(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments in a payload.

        Raises:
            JobError: code ``invalid_payload``.
        """
        try:
            decoded = {name: self.codecs[name].decode(value) for name, value in payload.items()}
            self.signature.bind(**decoded)
        except (KeyError, TypeError, ValueError) as error:
            raise JobError(
                f"the payload of a job does not fit task {self.name}: {error}",
                code="invalid_payload",
                details={"name": self.name},
                permanent=True,
            ) from error
        return decoded

    def _encoded(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        try:
            bound = self.signature.bind(*args, **kwargs)
            return {name: self._encoded_one(name, value) for name, value in bound.arguments.items()}
        except (TypeError, ValueError) as error:
            raise JobError(
                f"task {self.name} does not take these arguments: {error}",
                code="invalid_arguments",
                details={"name": self.name},
                permanent=True,
            ) from error

    def _encoded_one(self, name: str, value: Any) -> Any:
        try:
            return self.codecs[name].encode(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from error


def make_task(function: Callable[P, R], bound_queue: Callable[[], JobQueue], **fields: Any) -> Task[P, R]:
    """A task of a function.

    Raises:
        JobError: code ``invalid_task``: a parameter that no payload can carry, or a place where it cannot run.
    """
    name = fields.pop("name", None) or f"{function.__module__}.{function.__qualname__}"
    hints = typing.get_type_hints(function)
    signature = inspect.signature(function)
    parameters = signature.parameters
    context = next((name for name in parameters if hints.get(name) is JobContext), None)
    runs = Runs(fields.pop("runs", Runs.LOOP if inspect.iscoroutinefunction(function) else Runs.THREAD))
    if (runs is Runs.LOOP) != inspect.iscoroutinefunction(function) or (runs is Runs.PROCESS and context):
        raise _invalid(name, f"it cannot run in a {runs}: coroutines run on the loop, and no context crosses processes")
    carried = [parameter for parameter in parameters.values() if parameter.name != context]
    return Task(
        function,
        name,
        runs,
        bound_queue,
        codecs={one.name: _codec(name, one, hints.get(one.name, Any)) for one in carried},
        context_name=context,
        signature=signature.replace(parameters=carried),
        **fields,
    )


def _codec(task: str, parameter: inspect.Parameter, annotation: Any) -> Codec:
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise _invalid(task, f"parameter {parameter.name} has no name in a payload; give each parameter a name")
    try:
        return codec_of(annotation)
    except TypeError as error:
        raise _invalid(task, f"parameter {parameter.name}: {error}; pass an identifier instead") from error


def _invalid(name: str, reason: str) -> JobError:
    return JobError(
        f"task {name} cannot be made: {reason}", code="invalid_task", details={"name": name}, permanent=True
    )


def _at(payload: Any, path: str) -> Any:
    for name in path.split("."):
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload
