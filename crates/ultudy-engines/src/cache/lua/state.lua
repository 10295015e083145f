-- The state of a scope, begun if there is none, or begun anew.
-- KEYS[1] the scope's key. ARGV: how many ms it lives on; whether it is begun anew (1 or 0); the
-- channel to say so on, and the scope's name.
-- A state is the time when it began: one that was forgotten never comes again.
if ARGV[2] == '0' then
    local state = redis.call('GET', KEYS[1])
    if state then
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return state
    end
end
local time = redis.call('TIME')
local state = string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2]))
local before = redis.call('GET', KEYS[1])
if before and tonumber(before) >= tonumber(state) then
    -- Within the same µs, or after the clock was set back.
    state = string.format('%.0f', tonumber(before) + 1)
end
redis.call('SET', KEYS[1], state, 'PX', ARGV[1])
if ARGV[2] == '1' then
    redis.call('PUBLISH', ARGV[3], ARGV[4])
end
return state
