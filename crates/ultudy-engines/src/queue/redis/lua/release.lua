-- Gives a job back whose lease is held. ARGV: prefix, token, id, the lease's name, delay in ms,
-- and whether it is still to be tried again though its end is known (0 or 1).

local place = placing()
local id, delay = ARGV[3], tonumber(ARGV[5])
if redis.call('GET', lock_of(id)) ~= ARGV[4] then
  return 0
end
place.let_go(id)
redis.call('HSET', P .. id, 'delay', text(delay))
if ARGV[6] == '1' then
  redis.call('HSET', P .. id, 'lease', '')
end
if delay > 0 then
  place.delay_until(now + delay, id, 0)
else
  place.enqueue_first(place.waiting(), id, place.priority_of(id))
  place.tell_waiting(ARGV[2], id)
end
return 1
