"""Longer statements about the tables of a queue; ``$p`` stands for the prefix of their names."""

from __future__ import annotations

from collections.abc import Mapping

from arlen_services.jobs.record import JobState

COUNTS = """
WITH now AS (SELECT coalesce(%s, clock_timestamp()) AS present), counted AS (
    SELECT queue, count(*) FILTER (WHERE state = 'pending' AND not_before <= present) AS pending,
        count(*) FILTER (WHERE state = 'pending' AND not_before > present) AS scheduled,
        count(*) FILTER (WHERE state = 'leased') AS leased,
        count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
        count(*) FILTER (WHERE state = 'dead') AS dead,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
        min(not_before) FILTER (WHERE state = 'pending' AND not_before <= present) AS oldest
    FROM $p_jobs, now GROUP BY queue
)
SELECT queue, pending, scheduled, leased, succeeded, dead, cancelled, oldest, paused IS NOT NULL
FROM counted FULL JOIN (SELECT queue, true AS paused FROM $p_job_pauses) AS pauses USING (queue)
ORDER BY queue COLLATE "C"
"""
NEXT_DUE = """
SELECT extract(epoch FROM min(moment) - coalesce(%s, clock_timestamp()))::float FROM (
    SELECT line.not_before AS moment FROM unnest(%s::text[]) AS of (queue)
    CROSS JOIN generate_series(0, 9) AS level CROSS JOIN LATERAL (
        SELECT j.not_before FROM $p_jobs j
        WHERE j.state = 'pending' AND NOT j.blocked AND j.queue = of.queue AND j.priority = level
        ORDER BY j.not_before, j.id LIMIT 1
    ) AS line
    WHERE NOT EXISTS (SELECT FROM $p_job_pauses p WHERE p.queue = of.queue)
    UNION ALL SELECT min(blocked_until) FROM $p_jobs WHERE blocked
) AS moments
"""
HEARTBEAT = """
UPDATE $p_jobs j SET expires_at = coalesce(%s, clock_timestamp()) + %s * interval '1 second'
FROM unnest(%s::bigint[], %s::text[]) AS lease (id, token)
WHERE j.id = lease.id AND j.token = lease.token AND j.state = 'leased' RETURNING j.token, j.cancelling
"""

STATES: Mapping[JobState | None, str] = {None: "true"} | {
    JobState.PENDING: "state = 'pending' AND not_before <= present",
    JobState.SCHEDULED: "state = 'pending' AND not_before > present",
    JobState.LEASED: "state = 'leased'",
    JobState.SUCCEEDED: "state = 'succeeded'",
    JobState.DEAD: "state = 'dead'",
    JobState.CANCELLED: "state = 'cancelled'",
}
