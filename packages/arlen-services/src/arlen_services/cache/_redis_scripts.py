"""The steps of the Redis cache that touch more than one key, each a script and so atomic.

Beside every entry stands its claim, and the index of the namespace lists its keys by the time at which they expire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1

NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""
PUT = (
    NOW
    + """
local function put(index, entry, claim, key, payload, ttl)
    if ttl > 0 then
        redis.call('SET', entry, payload, 'PX', ttl)
        redis.call('ZADD', index, now + ttl, key)
    else
        redis.call('SET', entry, payload)
        redis.call('ZADD', index, '+inf', key)
    end
    redis.call('DEL', claim)
end
local function remove(index, entry, claim, key)
    redis.call('DEL', claim)
    redis.call('ZREM', index, key)
    return redis.call('UNLINK', entry)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
"""
)
HOLDS = """
local function holds(claim, token)
    local found = redis.call('GET', claim)
    return found and string.sub(found, 1, #token) == token
end
"""


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", sha1(self.text.encode(), usedforsecurity=False).hexdigest())


SET_MANY = Script(
    PUT
    + """
for at = 2, #KEYS, 2 do
    put(KEYS[1], KEYS[at], KEYS[at + 1], ARGV[at], ARGV[at + 1], tonumber(ARGV[1]))
end
return 1
"""
)
"""KEYS: index, then entry and claim of each; ARGV: ttl, then key and payload of each."""

DELETE_MANY = Script(
    PUT
    + """
local count = 0
for at = 2, #KEYS, 2 do count = count + remove(KEYS[1], KEYS[at], KEYS[at + 1], ARGV[at / 2]) end
return count
"""
)

ADD = Script(
    PUT
    + """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
put(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], tonumber(ARGV[1]))
return 1
"""
)

REPLACE = Script(
    PUT
    + """
if redis.call('GET', KEYS[2]) ~= ARGV[4] then return 0 end
if ARGV[3] == '' then
    remove(KEYS[1], KEYS[2], KEYS[3], ARGV[2])
else
    put(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], tonumber(ARGV[1]))
end
return 1
"""
)
"""As ADD, and the payload that must be there; an empty new payload removes."""

INCREMENT = Script(
    PUT
    + """
local present = redis.call('EXISTS', KEYS[2]) == 1
local total = redis.pcall('INCRBY', KEYS[2], ARGV[3])
if type(total) == 'table' then return false end
local ttl = tonumber(ARGV[1])
if not present then
    if ttl > 0 then redis.call('PEXPIRE', KEYS[2], ttl) end
    redis.call('ZADD', KEYS[1], ttl > 0 and now + ttl or '+inf', ARGV[2])
end
redis.call('DEL', KEYS[3])
return redis.call('GET', KEYS[2])
"""
)

TOUCH = Script(
    PUT
    + """
local ttl = tonumber(ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
if ttl > 0 then redis.call('PEXPIRE', KEYS[2], ttl) else redis.call('PERSIST', KEYS[2]) end
redis.call('ZADD', KEYS[1], ttl > 0 and now + ttl or '+inf', ARGV[2])
return 1
"""
)

BEGIN_CLEAR = Script(
    """
redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], 86400000)
return redis.call('ZCARD', KEYS[1])
"""
)
"""KEYS: index, epoch. From now on, claims of an earlier epoch settle nothing."""

CLEAR_SOME = Script(
    """
local keys = redis.call('ZRANGE', KEYS[1], 0, ARGV[2] - 1)
for _, key in ipairs(keys) do redis.call('UNLINK', ARGV[1] .. key) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, ARGV[2] - 1)
return #keys
"""
)

CLAIM = Script(
    """
local epoch = redis.call('GET', KEYS[3]) or '0'
local granted = redis.call('SET', KEYS[2], ARGV[1] .. epoch, 'NX', 'PX', ARGV[2])
return {granted and 1 or 0, redis.call('GET', KEYS[1])}
"""
)
"""KEYS: entry, claim, epoch; ARGV: token, ttl."""

SETTLE = Script(
    PUT
    + """
local epoch = redis.call('GET', KEYS[4]) or '0'
if redis.call('GET', KEYS[3]) ~= ARGV[4] .. epoch then return 0 end
put(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], tonumber(ARGV[1]))
return 1
"""
)

RENEW = Script(HOLDS + "if holds(KEYS[1], ARGV[1]) then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0")
RELEASE = Script(HOLDS + "if holds(KEYS[1], ARGV[1]) then return redis.call('DEL', KEYS[1]) end return 0")

LOCK = Script(
    """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return redis.call('INCR', KEYS[2]) end
return 0
"""
)

TAG_VERSIONS = Script(
    """
local ttl = tonumber(ARGV[1])
local versions = {}
for at, tag in ipairs(KEYS) do
    local version = redis.call('GET', tag)
    if not version then
        version = ARGV[at + 1]
        redis.call('SET', tag, version)
        if ttl > 0 then redis.call('PEXPIRE', tag, ttl) end
    elseif ttl == 0 then
        redis.call('PERSIST', tag)
    else
        local left = redis.call('PTTL', tag)
        if left > 0 and left < ttl then redis.call('PEXPIRE', tag, ttl) end
    end
    versions[at] = version
end
return versions
"""
)
"""KEYS: tags; ARGV: ttl, and a new version for each tag that has none."""
