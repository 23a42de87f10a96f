-- Answers one JSON text: {"leases": [[id, created, due, attempt, most, until, document], ...], "opens": microseconds}.
local limit, due = asked.limit, tonumber(asked.at) or now
local expires = whole(now + asked.lease)
local leases, expiries, opens = {}, {}, nil

-- Whether one more job may start under its limit; if so, it is counted.
local function admitted(text)
    local bound = cjson.decode(text)
    if bound.running > 0 and tonumber(redis.call('HGET', running_key, bound.key) or 0) >= bound.running then
        return false
    end
    if bound.starts > 0 then
        local ends, started = string.match(redis.call('HGET', starts_key, bound.key) or '0|0', '^(%d+)|(%d+)$')
        ends, started = tonumber(ends), tonumber(started)
        if ends <= now then ends, started = now + bound.per * 1000000, 0 end
        if started >= bound.starts then
            if not opens or ends < opens then opens = ends end
            return false
        end
        redis.call('HSET', starts_key, bound.key, whole(ends) .. '|' .. (started + 1))
    end
    redis.call('HINCRBY', running_key, bound.key, 1)
    return true
end

local function take(queue, priority)
    local line, passed_by = line_key(queue, priority), 0
    while #leases < limit do
        local wanted = limit - #leases
        local ids = redis.call('ZRANGEBYSCORE', line, '-inf', whole(due), 'LIMIT', passed_by, wanted)
        local taken = {}
        for _, id in ipairs(ids) do
            local key = job_key(id)
            local job = redis.call('HMGET', key, 'document', 'created', 'due', 'attempt', 'most', 'limit')
            if job[6] and not admitted(job[6]) then
                passed_by = passed_by + 1
            else
                local attempt = job[4] + 1
                redis.call('HSET', key, 'state', 'leased', 'token', asked.token .. id, 'until', expires, 'attempt', attempt)
                taken[#taken + 1] = id
                expiries[#expiries + 1] = expires
                expiries[#expiries + 1] = id
                leases[#leases + 1] = '["' .. id .. '",' .. job[2] .. ',' .. job[3] .. ',' .. attempt .. ',' .. job[5]
                    .. ',' .. expires .. ',' .. job[1] .. ']'
            end
        end
        in_pages('ZREM', line, taken)
        count(queue, 'leased', #taken)
        if #ids < wanted then return end
    end
end

for _, queue in ipairs(asked.queues) do
    if redis.call('SISMEMBER', root .. ':paused', queue) == 0 then
        for priority = 0, 9 do
            if #leases < limit then take(queue, priority) end
        end
        if #leases < limit then redis.call('DEL', root .. ':bell:' .. queue) end
    end
end
in_pages('ZADD', leased_key, expiries)
conclude()
return '{"now":' .. whole(now) .. ',"opens":' .. (opens and whole(opens) or 'null')
    .. ',"leases":[' .. table.concat(leases, ',') .. ']}'
