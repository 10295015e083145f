-- Adds jobs that are not there. One that somebody else's worker has ended is there until that end
-- has been told (ended.lua). ARGV: prefix, token, then id, priority, delay in ms, data and
-- options of each, the first to be served first within one priority. Gives back how many of them were
-- dealt with: the others are for another call, so that none holds the server for long.

local token = ARGV[2]
-- What adding a job costs besides its place, and how many of one priority are added together.
local EACH, TOGETHER = 1000, 400

local list = waiting()
local cost, done = 0, 0
local at = 3

-- How many may be put in one place.
local function at_once(priority)
  local right = math.min(ahead(list, priority), redis.call('LLEN', list))
  local how, all = way(list, right, TOGETHER)
  if how ~= 'walk' or all <= ENOUGH then
    return TOGETHER
  end
  return math.max(1, math.floor(ENOUGH * TOGETHER / all))
end

-- The next ones of one priority, without those that are there.
local function next_group()
  local priority, ids, most = nil, {}, TOGETHER
  while at <= #ARGV and #ids < most do
    local id, its, delay = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    if priority and its ~= priority then
      break
    end
    local job = P .. id
    local known = redis.call('HMGET', job, 'finishedOn', 'ended')
    local finished = known[1] and known[2]
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

while at <= #ARGV and cost < ENOUGH do
  local priority, ids = next_group()
  if #ids > 0 then
    cost = cost + enqueue(list, ids, priority) + #ids * EACH
    for _, id in ipairs(ids) do
      tell_waiting(token, id)
    end
  end
end
return done
