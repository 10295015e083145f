-- Keeps a value; those that were not used for longest make room. ARGV: the value, how many ms it lives,
-- the most that all together may cost.
local life, most = tonumber(ARGV[2]), tonumber(ARGV[3])
-- Values removed in one call at most.
local AT_ONCE = 100

local function drop(gone)
    local cost, key = string.match(gone, '^(%d+) (.*)$')
    redis.call('ZREM', KEYS[2], gone)
    redis.call('DEL', key)
    return redis.call('DECRBY', KEYS[3], cost)
end

local mine = entry(#ARGV[1])
local cost = tonumber(string.match(mine, '^%d+'))
if cost > most then
    return
end
-- What was put under the same key before may have had another length.
local before = redis.call('STRLEN', KEYS[1])
if before > 0 and redis.call('ZSCORE', KEYS[2], entry(before)) then
    drop(entry(before))
end
local sum = tonumber(redis.call('GET', KEYS[3]) or '0')
local used = now()
local ended = string.format('%.0f', tonumber(used) - life)
local oldest = redis.call('ZRANGE', KEYS[2], 0, AT_ONCE - 1, 'WITHSCORES')
for at = 1, #oldest, 2 do
    -- Not used for as long as it lives, it is gone.
    if sum + cost <= most and tonumber(oldest[at + 1]) > tonumber(ended) then
        break
    end
    sum = drop(oldest[at])
end
if sum + cost > most then
    return
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', life)
-- One that has ended may be in the index still.
if redis.call('ZADD', KEYS[2], used, mine) == 1 then
    redis.call('INCRBY', KEYS[3], cost)
end
-- Whatever is in the shard ends before.
redis.call('PEXPIRE', KEYS[2], life)
redis.call('PEXPIRE', KEYS[3], life)
