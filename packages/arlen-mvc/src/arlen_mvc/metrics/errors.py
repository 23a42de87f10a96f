"""What can go wrong with metrics."""

from __future__ import annotations

from arlen_mvc.errors import ArlenMVCError


class MetricsError(ArlenMVCError):
    """A metric is declared or used in a way that its readings could not carry.

    Codes: ``invalid_metric`` (name, label or bounds), ``metric_conflict`` (declared before, differently),
    ``invalid_labels`` (a reading with other labels than declared), ``counter_decreased``, ``unlike_snapshots``.
    """

    code = "invalid_metric"
