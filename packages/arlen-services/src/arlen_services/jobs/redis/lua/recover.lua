-- Takes back at most a page of expired leases; answers them as they are now.
now = tonumber(asked.at) or now
local late = redis.call('ZRANGEBYSCORE', leased_key, '-inf', whole(now), 'LIMIT', 0, PAGE)
table.sort(late)
local found = {}
for _, id in ipairs(late) do
    local job = load_job(id)
    local failure = '{"attempt":' .. job.attempt .. ',"at":' .. whole(now) .. ',"kind":"LeaseExpired","message":'
        .. '"the worker did not settle the job in time","traceback":""}'
    if job.cancelling then
        finish(job, 'cancelled')
    elseif tonumber(job.attempt) < tonumber(job.most) then
        wait_again(job, now, job.attempt, failure)
    else
        finish(job, 'dead', 'lease_expired', failure)
    end
    found[#found + 1] = described(id)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', keep_key, '-inf', whole(now), 'LIMIT', 0, PAGE)) do
    forget(load_job(id))
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', kept_key, '-inf', whole(now), 'LIMIT', 0, PAGE)) do
    local entry = redis.call('HGET', unique_key, key)
    if entry and holds(entry) then
        redis.call('HSET', unique_key, key, (string.gsub(entry, '|%d+$', '|0')))
    elseif entry then
        redis.call('HDEL', unique_key, key)
    end
    redis.call('ZREM', kept_key, key)
end
local windows = redis.call('HGETALL', starts_key)
for place = 1, #windows, 2 do
    if tonumber(string.match(windows[place + 1], '^%d+')) <= now then redis.call('HDEL', starts_key, windows[place]) end
end
conclude()
return as_list(found)
