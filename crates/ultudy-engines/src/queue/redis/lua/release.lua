-- Gives a job back whose lease is held. ARGV: prefix, token, id, the lease's name, delay in ms.

local id, delay = ARGV[3], tonumber(ARGV[5])
if redis.call('GET', lock_of(id)) ~= ARGV[4] then
  return 0
end
let_go(id)
redis.call('HSET', P .. id, 'delay', text(delay))
if delay > 0 then
  delay_until(now + delay, id, 0)
else
  enqueue_first(waiting(), id, priority_of(id))
  tell_waiting(ARGV[2], id)
end
return 1
