local expires = whole(now + asked.lease)
local statuses = {}
for place, lease in ipairs(asked.leases) do
    local job = held(lease[1], lease[2])
    if job then
        redis.call('HSET', job_key(job.id), 'until', expires)
        redis.call('ZADD', leased_key, expires, job.id)
        statuses[place] = job.cancelling and 'cancelled' or 'held'
    else
        statuses[place] = 'lost'
    end
end
return statuses
