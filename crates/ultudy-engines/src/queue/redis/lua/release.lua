-- Gives a job back whose lease is held. ARGV: prefix, token, id, the lease's name, delay in ms,
-- and whether it is still to be tried again though its end is known (0 or 1).

local id, delay = ARGV[3], tonumber(ARGV[5])
if redis.call('GET', lock_of(id)) ~= ARGV[4] then
  return 0
end
let_go(id)
redis.call('HSET', P .. id, 'delay', text(delay))
if ARGV[6] == '1' then
  redis.call('HSET', P .. id, 'ended', '1')
end
if delay > 0 then
  delay_until(now + delay, id, 0)
else
  enqueue_first(waiting(), id, priority_of(id))
  tell_waiting(ARGV[2], id)
end
return 1
