-- Takes one holder's reservation back; the place counts no more once nobody holds it.
-- KEYS as in reserve.lua. ARGV: the place, the holder.
local place, holder = ARGV[1], ARGV[2]
if redis.call('ZREM', KEYS[2], place .. ':' .. holder) == 0 then
    return
end
local others = redis.call(
    'ZRANGEBYLEX', KEYS[2], '[' .. place .. ':', '(' .. place .. ';', 'LIMIT', 0, 1)
if #others == 0 then
    redis.call('ZREM', KEYS[1], place)
end
