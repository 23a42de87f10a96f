-- Forgets at most a page of each kind of finished job; answers how many.
local pruned = 0
for _, state in ipairs({ 'succeeded', 'dead', 'cancelled' }) do
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', finished_key(state), '-inf', '(' .. asked.before, 'LIMIT', 0, PAGE)) do
        forget(load_job(id))
        pruned = pruned + 1
    end
end
return conclude(pruned)
