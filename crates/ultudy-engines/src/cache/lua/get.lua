-- A value, which is used now.
local value = redis.call('GET', KEYS[1])
if value then
    redis.call('ZADD', KEYS[2], 'XX', now(), entry(#value))
end
return value
