-- Adds jobs that are not there. One that somebody else's worker has ended is there until that end
-- has been told (ended.lua). ARGV: prefix, token, the options that all have, up to the opening quote
-- of the id; then id, priority, delay in ms and data of each, the first to be served first within one
-- priority. Gives back how many of them were dealt with: the others are for another call, so that
-- none holds the server for long.

local token, options = ARGV[2], ARGV[3]
-- What adding a job costs besides its place, and how many of one priority are added together.
local EACH, TOGETHER = 700, 400

local list = waiting()
local now_text = text(now)
local stamp = ',"timestamp":' .. now_text .. '}'
local cost, done, added = 0, 0, 0
local counted
local at = 4

-- How many may be put in one place by what this call may still do; of the first of all, one in
-- any case.
local function at_once(priority)
  local right = math.min(ahead(list, priority), redis.call('LLEN', list))
  local _, aside, walk = ways(list, right)
  local left = ENOUGH - cost
  local most = math.floor(math.max((left - aside) / EACH, left / (walk + EACH)))
  return math.max(math.min(most, TOGETHER), done == 0 and 1 or 0)
end

-- Whether it is to be added: it is not there ('new'), or it ended and is asked for again ('again').
local function wanted(job)
  if redis.call('EXISTS', job) == 0 then
    return 'new'
  end
  local known = redis.call('HMGET', job, 'finishedOn', 'ended')
  return known[1] and known[2] and 'again'
end

local function store(job, first, as)
  local id, its, delay = ARGV[first], ARGV[first + 1], ARGV[first + 2]
  if as == 'again' then
    redis.call('ZREM', P .. 'completed', id)
    redis.call('ZREM', P .. 'failed', id)
    forget(id)
  end
  redis.call('HSET', job, 'name', '__default__', 'data', ARGV[first + 3],
    'opts', options .. id .. '","priority":' .. its .. ',"delay":' .. delay .. stamp,
    'timestamp', now_text, 'delay', delay, 'priority', its)
  added = added + 1
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
    local as = wanted(job)
    if as then
      if delay > 0 then
        store(job, at, as)
        counted = counted or tonumber(redis.call('GET', P .. 'id') or 0)
        delay_until(now + delay, id, counted + added)
      else
        if not priority then
          priority = its
          most = at_once(its)
          if most == 0 then
            return nil, {}, true
          end
        end
        store(job, at, as)
        ids[#ids + 1] = id
      end
    end
    at = at + 4
    done = done + 1
  end
  return priority, ids, false
end

local is_full = false
while at <= #ARGV and not is_full do
  local priority, ids
  priority, ids, is_full = next_group()
  if #ids > 0 then
    cost = cost + enqueue(list, ids, priority) + #ids * EACH
    for _, id in ipairs(ids) do
      tell_waiting(token, id)
    end
  end
end
if added > 0 then
  redis.call('INCRBY', P .. 'id', added)
end
return done
