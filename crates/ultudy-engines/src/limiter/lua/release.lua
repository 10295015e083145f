-- Takes one holder's reservation back; the place counts no more once nobody holds it.
-- KEYS as in reserve.lua. ARGV: the place, the holder.
local place, holder = ARGV[1], ARGV[2]
if redis.call('ZREM', KEYS[2], place .. ':' .. holder) == 0 then
    return
end
local others = redis.call(
    'ZRANGEBYLEX', KEYS[2], '[' .. place .. ':', '(' .. place .. ';', 'LIMIT', 0, 1)
if #others == 0 and redis.call('ZREM', KEYS[1], place) == 1 then
    local weight = tonumber(redis.call('HGET', KEYS[3], place) or 1)
    if weight > 1 then
        redis.call('HINCRBY', KEYS[3], 'more', string.format('%.0f', 1 - weight))
        redis.call('HDEL', KEYS[3], place)
    end
end
