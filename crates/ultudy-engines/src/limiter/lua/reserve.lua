-- Counts one more within the window, or says when it may.
-- KEYS[1] the counter. ARGV: the most, the window in µs, the reservation's id.
-- Gives: 1 or 0 for allowed or refused; how many more are allowed; µs until one more is.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local most, window, id = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

-- As digits: Lua itself writes so large a number rounded.
local function digits(number)
    return string.format('%.0f', number)
end

local function ends_in(rank)
    local place = redis.call('ZRANGE', KEYS[1], rank, rank, 'WITHSCORES')
    return math.min(tonumber(place[2]) + window - now, window)
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', digits(now - window))
-- Where the clock was set back, nothing counts from a future further away than that.
redis.call('ZREMRANGEBYSCORE', KEYS[1], digits(now + window), '+inf')
local count = redis.call('ZCARD', KEYS[1])
if not redis.call('ZSCORE', KEYS[1], id) then
    if count >= most then
        return { 0, 0, ends_in(count - most) }
    end
    redis.call('ZADD', KEYS[1], digits(now), id)
    redis.call('PEXPIRE', KEYS[1], digits(math.ceil(window / 1000)))
    count = count + 1
end
return { 1, math.max(most - count, 0), ends_in(0) }
