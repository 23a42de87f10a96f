local verbs = {}

function verbs.acknowledge(job, said)
    if said.keep > 0 then
        local until_then = whole(now + said.keep)
        finish(job, 'succeeded')
        redis.call('HSET', job_key(job.id), 'result', said.result, 'keep', until_then)
        redis.call('ZADD', keep_key, until_then, job.id)
    else
        forget(job)
    end
    for _, new in ipairs(said.followers) do enqueue(new) end
    return 'acknowledged'
end

function verbs.discard(job, said)
    finish(job, 'dead', said.reason, said.failure)
    return 'dead_lettered'
end

function verbs.release(job, said)
    if job.cancelling then
        finish(job, 'cancelled')
        return 'cancelled'
    end
    wait_again(job, now + said.delay, job.attempt - 1)
    return 'requeued'
end

function verbs.retry(job, said)
    if job.cancelling then
        finish(job, 'cancelled')
        return 'cancelled'
    end
    if tonumber(job.attempt) < tonumber(job.most) then
        wait_again(job, now + said.delay, job.attempt, said.failure)
        return 'requeued'
    end
    finish(job, 'dead', 'attempts_exhausted', said.failure)
    return 'dead_lettered'
end

local outcomes = {}
for place, said in ipairs(asked) do
    local job = held(said.id, said.token)
    outcomes[place] = job and verbs[said.verb](job, said) or 'lost'
end
return conclude(outcomes)
