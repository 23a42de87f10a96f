-- Answers the jobs that fit, in order: waiting ones as they would be given out, then the others, oldest first.
local wanted_state, last = asked.state, asked.offset + asked.limit
local matched, found = 0, {}

local function fits(job)
    return job and (asked.queue == '' or job.queue == asked.queue) and (asked.name == '' or job.name == asked.name)
end

local function look(id)
    local job = described(id)
    if job then job.name = cjson.decode(job.document).name end
    return fits(job) and job or nil
end

local function keep(job)
    matched = matched + 1
    if matched > asked.offset and matched <= last then found[#found + 1] = job end
end

local function walk(key, low, high, visit)
    local from = 0
    repeat
        local ids = redis.call('ZRANGEBYSCORE', key, low, high, 'LIMIT', from, PAGE)
        for _, id in ipairs(ids) do
            local job = look(id)
            if job and not visit(job) then return end
        end
        from = from + #ids
    until #ids < PAGE
end

local WAITING = { pending = { '-inf', whole(now) }, scheduled = { '(' .. whole(now), '+inf' }, [''] = { '-inf', '+inf' } }
if WAITING[wanted_state] then
    local low, high = unpack(WAITING[wanted_state])
    local queues = asked.queue == '' and redis.call('SMEMBERS', root .. ':queues') or { asked.queue }
    table.sort(queues)
    for _, queue in ipairs(queues) do
        for priority = 0, 9 do
            walk(line_key(queue, priority), low, high, function(job)
                keep(job)
                return matched < last
            end)
            if matched >= last then return as_list(found) end
        end
    end
end

local others = {}
for _, state in ipairs({ 'leased', 'succeeded', 'dead', 'cancelled' }) do
    if wanted_state == '' or wanted_state == state then
        local seen = 0
        walk(finished_key(state), '-inf', '+inf', function(job)
            others[#others + 1] = { tonumber(state == 'leased' and job.created or job.finished), job.id, job }
            seen = seen + 1
            return state == 'leased' or seen < last
        end)
    end
end
table.sort(others, function(one, other)
    if one[1] ~= other[1] then return one[1] < other[1] end
    return one[2] < other[2]
end)
for _, other in ipairs(others) do keep(other[3]) end
return as_list(found)
