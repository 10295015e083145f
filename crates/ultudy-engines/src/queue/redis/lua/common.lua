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

-- What a script may do at once, in elements of a list walked past, of which a processor of 2026 does
-- 100 in a microsecond: a few milliseconds.
local ENOUGH = 500000
-- Moving an element of either end aside and back costs as much as walking past so many.
local MOVE_LEFT, MOVE_RIGHT = 20, 14
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

-- How to put ids left of the `right` last ones: by moving those of one end aside, which one, and what
-- that costs, however many ids there are; or by walking there from the left, and what that costs each.
local function ways(list, right)
  local left = redis.call('LLEN', list) - right
  if right * MOVE_RIGHT < left * MOVE_LEFT then
    return 'right', right * MOVE_RIGHT, left
  end
  return 'left', left * MOVE_LEFT, left
end

-- Takes so many off an end of a list; in pieces, the outermost first. An answer longer than 16 KiB
-- costs Redis one more copy.
local PIECE = 300
local function take_right(list, count)
  local pieces = {}
  for at = 1, count, PIECE do
    pieces[#pieces + 1] = redis.call('LRANGE', list, -math.min(at + PIECE - 1, count), -at)
  end
  redis.call('LTRIM', list, 0, -count - 1)
  return pieces
end
local function take_left(list, count)
  local pieces = {}
  for at = 1, count, PIECE do
    pieces[#pieces + 1] = redis.call('LRANGE', list, at - 1, math.min(at + PIECE - 1, count) - 1)
  end
  redis.call('LTRIM', list, count, -1)
  return pieces
end

-- Puts ids, the first to be served first, left of the `right` last ones of the list. Gives back
-- the cost.
local function insert(list, ids, right)
  local length = redis.call('LLEN', list)
  right = math.min(right, length)
  local how, cost, each = ways(list, right)
  if cost > ENOUGH or cost > each * #ids then
    how, cost = 'walk', each * #ids
  end
  if how == 'right' then
    local aside = take_right(list, right)
    push('RPUSH', list, reversed(ids))
    for at = #aside, 1, -1 do
      redis.call('RPUSH', list, unpack(aside[at]))
    end
  elseif how == 'left' then
    local aside = take_left(list, length - right)
    push('LPUSH', list, ids)
    for at = #aside, 1, -1 do
      redis.call('LPUSH', list, unpack(reversed(aside[at])))
    end
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
    -- As text: Redis writes a number of Lua's with 17 digits, which takes longer than the rest.
    local places, score = {}, text(priority)
    for at, id in ipairs(ids) do
      places[2 * at - 1], places[2 * at] = score, id
    end
    push('ZADD', PRIORITY, places)
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
