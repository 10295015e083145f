-- Adds jobs that are not there. ARGV: prefix, token, then id, priority, delay in ms, data and
-- options of each, the first to be served first within one priority. Gives back how many of them were
-- dealt with: the others are for another call, so that none holds the server for long.

local token = ARGV[2]
-- Elements that may be touched in one call.
local ENOUGH = 400000

local list = waiting()
local touched, done = 0, 0
local at = 3

-- How many may be put in one place: in the middle of a long list each walks up to there.
local function at_once(priority)
  local right = ahead(list, priority)
  local left = redis.call('LLEN', list) - right
  if right <= NEAR or left <= NEAR then
    return NEAR
  end
  return math.max(1, math.floor(ENOUGH / left))
end

-- The next ones of one priority, without those that are there.
local function next_group()
  local priority, ids, most = nil, {}, NEAR
  while at <= #ARGV and #ids < most do
    local id, its, delay = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    if priority and its ~= priority then
      break
    end
    local job = P .. id
    local finished = redis.call('HGET', job, 'finishedOn')
    if finished then
      -- It ended, and is asked for again.
      redis.call('ZREM', P .. 'completed', id)
      redis.call('ZREM', P .. 'failed', id)
      forget(id)
    end
    if finished or redis.call('EXISTS', job) == 0 then
      local counter = redis.call('INCR', P .. 'id')
      local options = string.gsub(ARGV[at + 4], '"timestamp":0', '"timestamp":' .. text(now), 1)
      redis.call('HSET', job, 'name', '__default__', 'data', ARGV[at + 3], 'opts', options,
        'timestamp', text(now), 'delay', text(delay), 'priority', text(its))
      if delay > 0 then
        delay_until(now + delay, id, counter)
      else
        if not priority then
          priority = its
          most = at_once(its)
        end
        ids[#ids + 1] = id
      end
    end
    at = at + 5
    done = done + 1
  end
  return priority, ids
end

while at <= #ARGV and touched < ENOUGH do
  local priority, ids = next_group()
  if #ids > 0 then
    touched = touched + enqueue(list, ids, priority)
    for _, id in ipairs(ids) do
      tell_waiting(token, id)
    end
  end
end
return done
