local answer = {}
local paused = {}
for _, queue in ipairs(redis.call('SMEMBERS', root .. ':paused')) do paused[queue] = true end
for _, queue in ipairs(redis.call('SUNION', root .. ':queues', root .. ':paused')) do
    local entry = { queue = queue, pending = 0, scheduled = 0, paused = paused[queue] or false }
    for priority = 0, 9 do
        local line = line_key(queue, priority)
        entry.pending = entry.pending + redis.call('ZCOUNT', line, '-inf', whole(now))
        entry.scheduled = entry.scheduled + redis.call('ZCOUNT', line, '(' .. whole(now), '+inf')
        local first = redis.call('ZRANGEBYSCORE', line, '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, 1)
        local due = tonumber(first[2])
        if due and (not entry.oldest or due < tonumber(entry.oldest)) then entry.oldest = whole(due) end
    end
    for _, state in ipairs({ 'leased', 'succeeded', 'dead', 'cancelled' }) do
        entry[state] = tonumber(redis.call('HGET', root .. ':counts', state .. ':' .. queue) or 0)
    end
    answer[#answer + 1] = entry
end
return as_list(answer)
