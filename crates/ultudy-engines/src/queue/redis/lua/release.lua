-- Gives a job back whose lease is held. ARGV: prefix, token, id, the lease's name, delay in ms,
-- and whether it is still to be tried again though its end is known (0 or 1).

local place = placing()
local id, delay = ARGV[3], tonumber(ARGV[5])
if place.holder_of(id) ~= ARGV[4] then
  return 0
end
place.let_go(id)
if not place.set(id, 'delay', text(delay)) then
  -- Something else is there by now.
  return 1
end
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
