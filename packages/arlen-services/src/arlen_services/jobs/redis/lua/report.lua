local job = held(asked.id, asked.token)
if not job then return 0 end
redis.call('HSET', job_key(job.id), 'progress', asked.progress)
return 1
