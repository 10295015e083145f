-- Closes a counter, unless it is closed for longer.
-- KEYS: what says so. ARGV: for how many ms.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
end
