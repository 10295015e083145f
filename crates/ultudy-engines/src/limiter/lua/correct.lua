-- Says better what a place is that counts.
-- KEYS as in reserve.lua. ARGV: the place, how many µs ago it was taken, its weight (either may be empty),
-- the window in µs.
local place, age, weight, window = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if not redis.call('ZSCORE', KEYS[1], place) then
    return
end

local function digits(number)
    return string.format('%.0f', number)
end

if age ~= '' then
    local time = redis.call('TIME')
    local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
    redis.call('ZADD', KEYS[1], 'XX', digits(now - tonumber(age)), place)
end
if weight ~= '' then
    local before = tonumber(redis.call('HGET', KEYS[3], place) or 1)
    redis.call('HINCRBY', KEYS[3], 'more', digits(tonumber(weight) - before))
    if tonumber(weight) > 1 then
        redis.call('HSET', KEYS[3], place, weight)
    else
        redis.call('HDEL', KEYS[3], place)
    end
end
for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, digits(math.ceil(window / 1000)))
end
