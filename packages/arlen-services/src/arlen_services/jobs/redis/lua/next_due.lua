-- Microseconds until a job of these queues becomes due that was not due before; -1: none is known.
local soonest
for _, entry in ipairs(asked) do
    if redis.call('SISMEMBER', root .. ':paused', entry.queue) == 0 then
        for priority = 0, 9 do
            local first = redis.call('ZRANGEBYSCORE', line_key(entry.queue, priority), entry.after, '+inf', 'WITHSCORES',
                'LIMIT', 0, 1)
            local due = tonumber(first[2])
            if due and (not soonest or due < soonest) then soonest = due end
        end
    end
end
return soonest and math.max(0, soonest - now) or -1
