local job = described(asked.id)
return job and cjson.encode(job) or ''
