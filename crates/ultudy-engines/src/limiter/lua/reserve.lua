-- Counts one more within the window, or says when it may.
-- KEYS: the places that count, by when they were taken; who holds them, as PLACE:HOLDER; what those weigh
-- that do not weigh 1, and by how much all of these weigh more than their number (`more`).
-- ARGV: the most, the window in µs, the place, the holder, its weight.
-- Gives: 1 or 0 for allowed or refused; how many more are allowed; µs until one more is.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local most, window, place, holder = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local weight = tonumber(ARGV[5])

-- As digits: Lua itself writes so large a number rounded.
local function digits(number)
    return string.format('%.0f', number)
end

local function ends_in(taken)
    return math.min(tonumber(taken) + window - now, window)
end

local function weight_of(one)
    return tonumber(redis.call('HGET', KEYS[3], one) or 1)
end

local function forget(from, to)
    for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], from, to)) do
        -- A semicolon comes right after a colon.
        redis.call('ZREMRANGEBYLEX', KEYS[2], '[' .. gone .. ':', '(' .. gone .. ';')
        local more = weight_of(gone) - 1
        if more > 0 then
            redis.call('HINCRBY', KEYS[3], 'more', digits(-more))
            redis.call('HDEL', KEYS[3], gone)
        end
    end
    redis.call('ZREMRANGEBYSCORE', KEYS[1], from, to)
end

-- When as many of the earliest have ended that so many less count.
local function ends_after(excess)
    local rank = 0
    while true do
        local some = redis.call('ZRANGE', KEYS[1], rank, rank + 99, 'WITHSCORES')
        for at = 1, #some, 2 do
            excess = excess - weight_of(some[at])
            if excess <= 0 then
                return ends_in(some[at + 1])
            end
        end
        if #some == 0 then
            return window
        end
        rank = rank + 100
    end
end

forget('-inf', digits(now - window))
-- Where the clock was set back, nothing counts from a future further away than that.
forget(digits(now + window), '+inf')
local more = tonumber(redis.call('HGET', KEYS[3], 'more') or 0)
local count = redis.call('ZCARD', KEYS[1]) + more
if not redis.call('ZSCORE', KEYS[1], place) then
    local excess = count + weight - most
    if excess > 0 then
        if more > 0 then
            return { 0, 0, ends_after(excess) }
        end
        local last = redis.call('ZRANGE', KEYS[1], excess - 1, excess - 1, 'WITHSCORES')
        return { 0, 0, ends_in(last[2]) }
    end
    redis.call('ZADD', KEYS[1], digits(now), place)
    redis.call('PEXPIRE', KEYS[1], digits(math.ceil(window / 1000)))
    if weight > 1 then
        redis.call('HSET', KEYS[3], place, weight)
        redis.call('HINCRBY', KEYS[3], 'more', weight - 1)
    end
    redis.call('PEXPIRE', KEYS[3], digits(math.ceil(window / 1000)))
    count = count + weight
end
redis.call('ZADD', KEYS[2], 0, place .. ':' .. holder)
redis.call('PEXPIRE', KEYS[2], digits(math.ceil(window / 1000)))
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { 1, math.max(most - count, 0), ends_in(first[2]) }
