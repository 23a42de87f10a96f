"""The steps of the PostgreSQL cache, one statement each and so atomic."""

from __future__ import annotations

LIVE = "(c.payload IS NOT NULL AND c.expires_at > now())"
FREE = "(c.claim IS NULL OR c.claim_until <= now())"


def _in(seconds: str) -> str:
    """The moment that is so many seconds away; infinity for an infinite number."""
    return f"CASE WHEN {seconds} = 'Infinity' THEN 'infinity' ELSE now() + {seconds} * interval '1 second' END"


INSTALL = (
    b"SELECT pg_advisory_lock(hashtext('arlen_cache'))",
    b"""
    CREATE UNLOGGED TABLE IF NOT EXISTS arlen_cache (
        namespace text NOT NULL,
        key text NOT NULL,
        payload bytea,
        expires_at timestamptz NOT NULL DEFAULT 'infinity',
        claim text,
        claim_until timestamptz,
        PRIMARY KEY (namespace, key)
    )
    """,
    b"CREATE INDEX IF NOT EXISTS arlen_cache_expires_at ON arlen_cache (expires_at) WHERE expires_at < 'infinity'",
    b"CREATE SEQUENCE IF NOT EXISTS arlen_cache_fence",
    b"SELECT pg_advisory_unlock(hashtext('arlen_cache'))",
)

GET = f"SELECT c.key, c.payload FROM arlen_cache AS c WHERE c.namespace = %s AND c.key = ANY(%s) AND {LIVE}"

SET = f"""
    INSERT INTO arlen_cache (namespace, key, payload, expires_at)
    SELECT given.namespace, entry.key, entry.payload, {_in("given.seconds")}
        FROM (VALUES (%s::text, %s::float8)) AS given (namespace, seconds),
            unnest(%s::text[], %s::bytea[]) AS entry (key, payload)
    ON CONFLICT (namespace, key) DO UPDATE
        SET payload = EXCLUDED.payload, expires_at = EXCLUDED.expires_at, claim = NULL
"""

ADD = f"""
    INSERT INTO arlen_cache AS c (namespace, key, payload, expires_at)
    SELECT namespace, key, payload, {_in("seconds")}
        FROM (VALUES (%s::text, %s::text, %s::bytea, %s::float8)) AS of (namespace, key, payload, seconds)
    ON CONFLICT (namespace, key) DO UPDATE
        SET payload = EXCLUDED.payload, expires_at = EXCLUDED.expires_at, claim = NULL
        WHERE NOT {LIVE}
"""

REPLACE_SAME = f"""
    UPDATE arlen_cache AS c SET payload = given.payload, expires_at = {_in("given.seconds")}, claim = NULL
    FROM (VALUES (%s::bytea, %s::float8)) AS given (payload, seconds)
    WHERE c.namespace = %s AND c.key = %s AND c.payload = %s AND {LIVE}
"""

REMOVE_SAME = f"DELETE FROM arlen_cache AS c WHERE c.namespace = %s AND c.key = %s AND c.payload = %s AND {LIVE}"

DELETE = f"DELETE FROM arlen_cache AS c WHERE c.namespace = %s AND c.key = ANY(%s) RETURNING {LIVE}"

INCREMENT = f"""
    INSERT INTO arlen_cache AS c (namespace, key, payload, expires_at)
    SELECT namespace, key, payload, {_in("seconds")}
        FROM (VALUES (%s::text, %s::text, %s::bytea, %s::float8)) AS of (namespace, key, payload, seconds)
    ON CONFLICT (namespace, key) DO UPDATE SET
        payload = CASE WHEN {LIVE}
            THEN convert_to((convert_from(c.payload, 'UTF8')::bigint + %s)::text, 'UTF8') ELSE EXCLUDED.payload END,
        expires_at = CASE WHEN {LIVE} THEN c.expires_at ELSE EXCLUDED.expires_at END,
        claim = NULL
        WHERE NOT {LIVE} OR get_byte(c.payload, 0) < 128
    RETURNING c.payload
"""

TOUCH = f"""
    UPDATE arlen_cache AS c SET expires_at = {_in("given.seconds")}
    FROM (VALUES (%s::float8)) AS given (seconds)
    WHERE c.namespace = %s AND c.key = %s AND {LIVE}
"""

TTL = f"""
    SELECT CASE WHEN c.expires_at = 'infinity' THEN 'Infinity'::float8
        ELSE extract(epoch FROM c.expires_at - now())::float8 END
    FROM arlen_cache AS c WHERE c.namespace = %s AND c.key = %s AND {LIVE}
"""

CLEAR = "DELETE FROM arlen_cache WHERE namespace = %s"

CLAIM = f"""
    WITH granted AS (
        INSERT INTO arlen_cache AS c (namespace, key, claim, claim_until)
        VALUES (%s, %s, %s, now() + %s * interval '1 second')
        ON CONFLICT (namespace, key) DO UPDATE SET claim = EXCLUDED.claim, claim_until = EXCLUDED.claim_until
            WHERE {FREE}
        RETURNING CASE WHEN {LIVE} THEN c.payload END AS payload
    )
    SELECT true, payload FROM granted
    UNION ALL
    SELECT false, CASE WHEN {LIVE} THEN c.payload END FROM arlen_cache AS c
        WHERE c.namespace = %s AND c.key = %s AND NOT EXISTS (SELECT FROM granted)
"""

SETTLE = f"""
    UPDATE arlen_cache AS c SET payload = given.payload, expires_at = {_in("given.seconds")}, claim = NULL
    FROM (VALUES (%s::bytea, %s::float8)) AS given (payload, seconds)
    WHERE c.namespace = %s AND c.key = %s AND c.claim = %s
"""

RENEW = """
    UPDATE arlen_cache SET claim_until = now() + %s * interval '1 second'
    WHERE namespace = %s AND key = %s AND claim = %s AND claim_until > now()
"""

ABANDON = """
    WITH alone AS (
        DELETE FROM arlen_cache WHERE namespace = %s AND key = %s AND claim = %s AND payload IS NULL
    )
    UPDATE arlen_cache SET claim = NULL WHERE namespace = %s AND key = %s AND claim = %s AND payload IS NOT NULL
"""

TAG_VERSIONS = f"""
    INSERT INTO arlen_cache AS c (namespace, key, payload, expires_at)
    SELECT given.namespace, tag.key, tag.version, {_in("given.seconds")}
        FROM (VALUES (%s::text, %s::float8)) AS given (namespace, seconds),
            unnest(%s::text[], %s::bytea[]) AS tag (key, version)
    ON CONFLICT (namespace, key) DO UPDATE SET
        payload = CASE WHEN {LIVE} THEN c.payload ELSE EXCLUDED.payload END,
        expires_at = CASE WHEN {LIVE} THEN greatest(c.expires_at, EXCLUDED.expires_at) ELSE EXCLUDED.expires_at END
    RETURNING c.key, c.payload
"""

LOCK = f"""
    INSERT INTO arlen_cache AS c (namespace, key, claim, claim_until)
    VALUES (%s, %s, %s, now() + %s * interval '1 second')
    ON CONFLICT (namespace, key) DO UPDATE SET claim = EXCLUDED.claim, claim_until = EXCLUDED.claim_until WHERE {FREE}
    RETURNING nextval('arlen_cache_fence')
"""

UNLOCK = "DELETE FROM arlen_cache WHERE namespace = %s AND key = %s AND claim = %s AND claim_until > now()"

SWEEP = f"DELETE FROM arlen_cache AS c WHERE NOT {LIVE} AND {FREE}"
