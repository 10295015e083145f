-- One shard of the values. KEYS: the value, the shard's index (values by when they were last used, each
-- as COST KEY), the sum of their costs.

local function now()
    local time = redis.call('TIME')
    -- As digits: Lua itself writes so large a number rounded.
    return string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end

-- What a value takes in memory, roughly: with its key, here and in the index.
local function entry(bytes)
    return string.format('%d %s', bytes + 2 * #KEYS[1] + 250, KEYS[1])
end
