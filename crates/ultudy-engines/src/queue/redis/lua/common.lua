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

-- Values given to one command; even, for those that take pairs.
local CHUNK = 5000

-- Gives a command all of these values, in their order.
local function push(command, key, values)
  for first = 1, #values, CHUNK do
    redis.call(command, key, unpack(values, first, math.min(first + CHUNK - 1, #values)))
  end
end

local function reversed(values)
  local turned, count = {}, #values
  for i = 1, count do
    turned[i] = values[count + 1 - i]
  end
  return turned
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
