"""The series of one metric: one for each combination of label values, and no more of them than agreed."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Generic, TypeVar

from .errors import MetricsError

S = TypeVar("S")

_logger = logging.getLogger("arlen")

_LABEL = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED = frozenset({"le", "quantile"})

OTHER = "_other"
"""The value of every label in the series that takes what is too much."""


class Labelled(Generic[S]):
    """Label values to a series, made when it is first named.

    Beyond ``most`` series, further combinations share one whose labels all say ``_other``: label values that a client
    chooses cannot fill the memory.

    Raises:
        MetricsError: ``invalid_metric``; a label is no identifier, or reserved.
    """

    __slots__ = ("_lock", "_make", "_most", "labels", "name", "series")

    def __init__(self, name: str, labels: tuple[str, ...], most: int, make: Callable[[], S], lock: Lock) -> None:
        for label in labels:
            if not _LABEL.fullmatch(label) or label in _RESERVED:
                raise MetricsError(
                    f"{label!r} cannot be a label of {name}; use letters, digits and underscores, and neither "
                    "le nor quantile",
                    details={"name": name, "label": label},
                )
        self.name = name
        self.labels = labels
        self.series: dict[tuple[str, ...], S] = {}
        self._most = most
        self._make = make
        self._lock = lock
        if not labels:
            self.series[()] = make()

    def of(self, values: tuple[str, ...]) -> S:
        """The series of these label values, in the order of the labels. For whoever does not hold the lock."""
        with self._lock:
            return self.find(values)

    def find(self, values: tuple[str, ...]) -> S:
        """The same, for whoever holds the lock."""
        found = self.series.get(values)
        if found is not None:
            return found
        if len(self.series) >= self._most:
            values = (OTHER,) * len(self.labels)
            if values in self.series:
                return self.series[values]
            fields = {"metric": self.name, "most": self._most}
            _logger.warning(
                "a metric has too many series; further ones are counted as _other", extra={"fields": fields}
            )
        made = self.series[values] = self._make()
        return made

    def named(self, labels: Mapping[str, object]) -> S:
        """The series of these labels, for whoever holds the lock.

        Raises:
            MetricsError: ``invalid_labels``; a label is missing or unknown.
        """
        try:
            values = tuple([str(labels[label]) for label in self.labels])
        except KeyError:
            values = ()
        if len(labels) != len(self.labels) or len(values) != len(labels):
            raise MetricsError(
                f"{self.name} has the labels {self.labels}, and was given {tuple(labels)}; give each of them once",
                code="invalid_labels",
                details={"name": self.name, "labels": list(self.labels), "given": list(labels)},
            )
        return self.find(values)
