redis.call('SREM', root .. ':paused', asked.queue)
ring(asked.queue)
return conclude(1)
