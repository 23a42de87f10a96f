-- Changes jobs from outside; answers how many.
local changes = {}

function changes.cancel(job)
    if job.state == 'leased' then
        redis.call('HSET', job_key(job.id), 'cancelling', 1)
        return true
    end
    if job.state ~= 'pending' then return false end
    finish(job, 'cancelled')
    return true
end

function changes.reschedule(job)
    if job.state ~= 'pending' then return false end
    redis.call('HSET', job_key(job.id), 'due', asked.at)
    redis.call('ZADD', line_key(job.queue, job.priority), asked.at, job.id)
    ring(job.queue)
    return true
end

function changes.requeue(job)
    if job.state ~= 'dead' and job.state ~= 'cancelled' then return false end
    if asked.attempts >= tonumber(job.most) then
        redis.call('HSET', job_key(job.id), 'most', asked.attempts + 1)
    end
    wait_again(job, now, asked.attempts)
    return true
end

function changes.delete(job)
    if job.state == 'leased' then return false end
    forget(job)
    return true
end

local changed = 0
for _, id in ipairs(asked.ids) do
    local job = load_job(id)
    if job and changes[asked.change](job) then changed = changed + 1 end
end
return conclude(changed)
