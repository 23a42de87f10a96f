-- What every script begins with. KEYS[1]: the root of all keys. ARGV[1]: the present in microseconds, or nothing for the
-- server's clock. ARGV[2]: what is asked, as JSON. ARGV[3], ...: the documents of new jobs.
local root, asked = KEYS[1], cjson.decode(ARGV[2])
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end

local FAILURES_KEPT = 10
local MOST_BELLS = 64
local PAGE = 500

local function whole(number) return string.format('%.0f', number) end
local function job_key(id) return root .. ':job:' .. id end
local function line_key(queue, priority) return root .. ':line:' .. priority .. ':' .. queue end
local leased_key, unique_key, kept_key = root .. ':leased', root .. ':unique', root .. ':kept'
local keep_key, running_key, starts_key = root .. ':keep', root .. ':running', root .. ':starts'
local function finished_key(state) return root .. ':' .. state end

local deltas, bells = {}, {}

local function count(queue, state, by)
    local field = state .. ':' .. queue
    deltas[field] = (deltas[field] or 0) + by
end

local function ring(queue) bells[queue] = (bells[queue] or 0) + 1 end

-- Writes what was counted, and wakes as many waiters as there is work.
local function conclude(answer)
    for field, by in pairs(deltas) do
        if by ~= 0 then redis.call('HINCRBY', root .. ':counts', field, by) end
    end
    for queue, wanted in pairs(bells) do
        local bell = root .. ':bell:' .. queue
        for _ = redis.call('LLEN', bell) + 1, math.min(wanted, MOST_BELLS) do redis.call('RPUSH', bell, '') end
    end
    return answer
end

local function in_pages(command, key, members)
    for first = 1, #members, PAGE do
        redis.call(command, key, unpack(members, first, math.min(first + PAGE - 1, #members)))
    end
end

-- Whether a job still holds a key, as HeldUntil and the period of Unique say.
local function holds(entry)
    local id, mode, kept = string.match(entry, '^([^|]+)|(%a+)|(%d+)$')
    local state = redis.call('HGET', job_key(id), 'state')
    local held = state == 'pending' or (state == 'leased' and mode == 'finished')
    return held or tonumber(kept) > now, id, state
end

local function free_key(key, id)
    if not key then return end
    local entry = redis.call('HGET', unique_key, key)
    if entry and string.find(entry, id .. '|', 1, true) == 1 and string.sub(entry, -2) == '|0' then
        redis.call('HDEL', unique_key, key)
    end
end

local FIELDS = { 'state', 'token', 'queue', 'priority', 'attempt', 'most', 'key', 'limit', 'cancelling', 'story' }

local function load_job(id)
    local values = redis.call('HMGET', job_key(id), unpack(FIELDS))
    if not values[1] then return nil end
    local job = { id = id }
    for place, field in ipairs(FIELDS) do job[field] = values[place] or nil end
    return job
end

local function held(id, token)
    local job = load_job(id)
    if job and job.state == 'leased' and job.token == token then return job end
end

-- Takes a job out of the state in which it is.
local function leave(job)
    if job.state == 'pending' then
        redis.call('ZREM', line_key(job.queue, job.priority), job.id)
        return
    end
    count(job.queue, job.state, -1)
    if job.state ~= 'leased' then
        redis.call('ZREM', finished_key(job.state), job.id)
        redis.call('ZREM', keep_key, job.id)
        return
    end
    redis.call('ZREM', leased_key, job.id)
    if job.limit then
        local key = cjson.decode(job.limit).key
        if redis.call('HINCRBY', running_key, key, -1) <= 0 then redis.call('HDEL', running_key, key) end
        ring(job.queue)
    end
end

local function forget(job)
    leave(job)
    redis.call('UNLINK', job_key(job.id))
    free_key(job.key, job.id)
end

local function story_with(job, failure)
    if not failure or failure == '' then return job.story or '' end
    local story = (job.story or '') == '' and failure or job.story .. '\n' .. failure
    local _, breaks = string.gsub(story, '\n', '')
    for _ = FAILURES_KEPT, breaks do story = string.sub(story, string.find(story, '\n', 1, true) + 1) end
    return story
end

local function wait_again(job, due, attempt, failure)
    leave(job)
    local key = job_key(job.id)
    redis.call('HSET', key, 'state', 'pending', 'due', whole(due), 'attempt', attempt, 'story', story_with(job, failure))
    redis.call('HDEL', key, 'token', 'until', 'progress', 'finished', 'reason')
    redis.call('ZADD', line_key(job.queue, job.priority), whole(due), job.id)
    ring(job.queue)
end

local function finish(job, state, reason, failure)
    leave(job)
    local key = job_key(job.id)
    redis.call('HSET', key, 'state', state, 'finished', whole(now), 'story', story_with(job, failure))
    if reason then redis.call('HSET', key, 'reason', reason) end
    redis.call('HDEL', key, 'token', 'until', 'cancelling')
    redis.call('ZADD', finished_key(state), whole(now), job.id)
    count(job.queue, state, 1)
    free_key(job.key, job.id)
end

local function duplicate(new)
    return { err = 'DUPLICATE ' .. cjson.encode({ name = new.name, key = new.key }) }
end

-- The error of the first new job that refuses to stand beside another one with its key.
local function refused(jobs)
    local seen = {}
    for _, new in ipairs(jobs) do
        if new.key then
            if new.conflict == 'refuse' then
                local entry = redis.call('HGET', unique_key, new.key)
                if seen[new.key] or (entry and holds(entry)) then return duplicate(new) end
            end
            seen[new.key] = true
        end
    end
end

local function enqueue(new)
    local document = ARGV[new.document]
    if new.key then
        local entry = redis.call('HGET', unique_key, new.key)
        local taken, id, state = false, nil, nil
        if entry then taken, id, state = holds(entry) end
        if taken and not (new.conflict == 'replace' and state == 'pending') then return id end
        if taken then finish(load_job(id), 'cancelled') end
    end
    local id = string.format('job-%012d', redis.call('INCR', root .. ':sequence'))
    local due = tonumber(new.at) or now + new.delay
    local extra = {}
    if new.key then
        local kept = new.period > 0 and now + new.period or 0
        redis.call('HSET', unique_key, new.key, id .. '|' .. new.held .. '|' .. whole(kept))
        if kept > 0 then redis.call('ZADD', kept_key, whole(kept), new.key) end
        extra[1], extra[2] = 'key', new.key
    end
    if new.limit then
        extra[#extra + 1] = 'limit'
        extra[#extra + 1] = new.limit
    end
    redis.call('HSET', job_key(id), 'state', 'pending', 'document', document, 'queue', new.queue, 'priority',
        new.priority, 'attempt', 0, 'most', new.most, 'created', whole(now), 'due', whole(due), unpack(extra))
    redis.call('ZADD', line_key(new.queue, new.priority), whole(due), id)
    redis.call('SADD', root .. ':queues', new.queue)
    ring(new.queue)
    return id
end

-- Everything about a job, for those who look; nil when it is forgotten.
local function described(id)
    local flat = redis.call('HGETALL', job_key(id))
    if #flat == 0 then return nil end
    local fields = { id = id }
    for place = 1, #flat, 2 do fields[flat[place]] = flat[place + 1] end
    if fields.keep and tonumber(fields.keep) <= now then return nil end
    if fields.state == 'pending' and tonumber(fields.due) > now then fields.state = 'scheduled' end
    return fields
end

local function as_list(found)
    if #found == 0 then return '[]' end
    return cjson.encode(found)
end
