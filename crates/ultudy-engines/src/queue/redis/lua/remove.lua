-- Forgets a job, whatever it does, unless somebody else's worker runs it. ARGV: prefix, id.

local id = ARGV[2]
local place = placing()
local job = P .. id
if redis.call('EXISTS', job) == 0 then
  return 0
end
local lock = place.holder_of(id)
if lock and lock ~= place.field(id, 'lease') then
  return 0
end
local found = redis.call('LREM', ACTIVE, -1, id) + redis.call('ZREM', DELAYED, id)
  + redis.call('ZREM', P .. 'completed', id) + redis.call('ZREM', P .. 'failed', id)
if found == 0 then
  local list = place.waiting()
  local priority = place.priority_of(id)
  -- From the end that is nearer.
  local from = 1
  local unplaced = UNPLACED[priority]
  if not (unplaced and redis.call('LREM', unplaced, 1, id) > 0)
    and priority > 0 and place.ahead(list, priority) * 2 < redis.call('LLEN', list) then
    from = -1
  end
  redis.call('LREM', list, from, id)
end
redis.call('ZREM', PRIORITY, id)
redis.call('SREM', STALLED, id)
redis.call('DEL', lock_of(id))
place.forget(id)
return 1
