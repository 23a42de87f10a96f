local refusal = refused(asked)
if refusal then return refusal end
local ids = {}
for place, new in ipairs(asked) do ids[place] = enqueue(new) end
return conclude(ids)
