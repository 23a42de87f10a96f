local marks = root .. ':marks'
local present = redis.call('HGET', marks, asked.key)
if (present or cjson.null) ~= asked.old then return 0 end
if asked.new == cjson.null then redis.call('HDEL', marks, asked.key) else redis.call('HSET', marks, asked.key, asked.new) end
return 1
