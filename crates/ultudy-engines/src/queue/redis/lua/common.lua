-- What all scripts share. ARGV[1] is the queue's prefix, such as bull:lesson-generation, with
-- which all its keys begin; KEYS[1], any of them, only tells a cluster where.
-- The clock is this server's: the callers' may differ.

local P = ARGV[1] .. ':'
local ACTIVE, DELAYED, PRIORITY, STALLED =
  P .. 'active', P .. 'delayed', P .. 'priority', P .. 'stalled'

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function text(number)
  return string.format('%.0f', number)
end

local function lock_of(id)
  return P .. id .. ':lock'
end

-- The list in which jobs wait: a paused queue's has another name.
local function waiting()
  if redis.call('EXISTS', P .. 'meta-paused') == 1 then
    return P .. 'paused'
  end
  return P .. 'wait'
end

-- What a script may do at once, in elements of a list walked past: a few milliseconds.
local ENOUGH = 400000
-- Moving an element aside and back costs as much as walking past so many.
local MOVE = 100
-- Elements moved by one command.
local CHUNK = 5000

-- As a list command does to all of these values, in their order.
local function push(command, list, values)
  for first = 1, #values, CHUNK do
    redis.call(command, list, unpack(values, first, math.min(first + CHUNK - 1, #values)))
  end
end

local function reversed(values)
  local turned, count = {}, #values
  for i = 1, count do
    turned[i] = values[count + 1 - i]
  end
  return turned
end

-- How to put `count` ids left of the `right` last ones: by moving those of the shorter end aside,
-- or by walking there from the left for each; and what it costs.
local function way(list, right, count)
  local left = redis.call('LLEN', list) - right
  local aside, walk = math.min(left, right) * MOVE, left * count
  if aside <= walk and aside <= ENOUGH then
    return left < right and 'left' or 'right', aside
  end
  return 'walk', walk
end

-- Puts ids, the first to be served first, left of the `right` last ones of the list. Gives back
-- the cost.
local function insert(list, ids, right)
  local length = redis.call('LLEN', list)
  right = math.min(right, length)
  local how, cost = way(list, right, #ids)
  if how == 'right' then
    local aside = {}
    if right > 0 then
      aside = redis.call('LRANGE', list, -right, -1)
      redis.call('LTRIM', list, 0, -right - 1)
    end
    push('RPUSH', list, reversed(ids))
    push('RPUSH', list, aside)
  elseif how == 'left' then
    local left = length - right
    local aside = {}
    if left > 0 then
      aside = redis.call('LRANGE', list, 0, left - 1)
      redis.call('LTRIM', list, left, -1)
    end
    push('LPUSH', list, ids)
    push('LPUSH', list, reversed(aside))
  else
    local before = redis.call('LINDEX', list, -right)
    for _, id in ipairs(ids) do
      redis.call('LINSERT', list, 'BEFORE', before, id)
      before = id
    end
  end
  return cost
end

-- How many waiting jobs go before a new one of this priority: without one (0), all others.
local function ahead(list, priority)
  if priority > 0 then
    return redis.call('ZCOUNT', PRIORITY, 0, priority)
  end
  return redis.call('LLEN', list)
end

-- Makes jobs of one priority wait behind their like.
local function enqueue(list, ids, priority)
  local cost = insert(list, ids, ahead(list, priority))
  if priority > 0 then
    for _, id in ipairs(ids) do
      redis.call('ZADD', PRIORITY, priority, id)
    end
  end
  return cost
end

-- Makes a job that had its turn wait before its like.
local function enqueue_first(list, id, priority)
  if priority > 0 then
    insert(list, { id }, redis.call('ZCOUNT', PRIORITY, 0, '(' .. priority))
    redis.call('ZADD', PRIORITY, priority, id)
  else
    insert(list, { id }, redis.call('ZCARD', PRIORITY))
  end
end

local function priority_of(id)
  return tonumber(redis.call('HGET', P .. id, 'priority') or 0) or 0
end

-- Makes a job wait until `due`. Jobs due at the same time come in the order of `counter`.
local function delay_until(due, id, counter)
  redis.call('ZADD', DELAYED, text(due * 4096 + counter % 4096), id)
  redis.call('PUBLISH', DELAYED, text(due))
end

local function tell_waiting(token, id)
  redis.call('PUBLISH', P .. 'waiting@' .. token, id)
end

-- Takes a running job out of what says that it runs.
local function let_go(id)
  redis.call('DEL', lock_of(id))
  redis.call('LREM', ACTIVE, -1, id)
  redis.call('SREM', STALLED, id)
  redis.call('HDEL', P .. id, 'lease')
end

local function forget(id)
  redis.call('DEL', P .. id, P .. id .. ':logs')
end
