-- Counts one more within the window, or says when it may.
-- KEYS: the places that count, by when they were taken; who holds them, as PLACE:HOLDER.
-- ARGV: the most, the window in µs, the place, the holder.
-- Gives: 1 or 0 for allowed or refused; how many more are allowed; µs until one more is.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local most, window, place, holder = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]

-- As digits: Lua itself writes so large a number rounded.
local function digits(number)
    return string.format('%.0f', number)
end

local function ends_in(rank)
    local first = redis.call('ZRANGE', KEYS[1], rank, rank, 'WITHSCORES')
    return math.min(tonumber(first[2]) + window - now, window)
end

local function forget(from, to)
    for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], from, to)) do
        -- A semicolon comes right after a colon.
        redis.call('ZREMRANGEBYLEX', KEYS[2], '[' .. gone .. ':', '(' .. gone .. ';')
    end
    redis.call('ZREMRANGEBYSCORE', KEYS[1], from, to)
end

forget('-inf', digits(now - window))
-- Where the clock was set back, nothing counts from a future further away than that.
forget(digits(now + window), '+inf')
local count = redis.call('ZCARD', KEYS[1])
if not redis.call('ZSCORE', KEYS[1], place) then
    if count >= most then
        return { 0, 0, ends_in(count - most) }
    end
    redis.call('ZADD', KEYS[1], digits(now), place)
    redis.call('PEXPIRE', KEYS[1], digits(math.ceil(window / 1000)))
    count = count + 1
end
redis.call('ZADD', KEYS[2], 0, place .. ':' .. holder)
redis.call('PEXPIRE', KEYS[2], digits(math.ceil(window / 1000)))
return { 1, math.max(most - count, 0), ends_in(0) }
