-- What all scripts share. ARGV[1] is the queue's prefix, such as bull:lesson-generation, with
-- which all its keys begin; KEYS[1], any of them, only tells a cluster where.
-- The clock is this server's: the callers' may differ.

local P = ARGV[1] .. ':'
local WAIT, ACTIVE, DELAYED, PRIORITY, STALLED, PAUSED =
  P .. 'wait', P .. 'active', P .. 'delayed', P .. 'priority', P .. 'stalled', P .. 'meta-paused'

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- A whole number as Redis takes it. Numbers themselves it writes with 17 digits, which takes as long as
-- many a command.
local function text(number)
  return string.format('%d', number)
end
local now_text = text(now)

local function lock_of(id)
  return P .. id .. ':lock'
end

-- Values given to one command; even, for those that take pairs.
local CHUNK = 5000

-- Gives a command all of these values, in their order.
local function push(command, key, values)
  for first = 1, #values, CHUNK do
    redis.call(command, key, unpack(values, first, math.min(first + CHUNK - 1, #values)))
  end
end

-- Channels of which this call knows that nobody listens: what PUBLISH gives back says so, and whoever
-- comes is heard of by the next call. On a cluster it says nothing of those who listen at another node.
local unheard = {}
local is_cluster = string.find(P, '{', 1, true)

local function publish(channel, message)
  if redis.call('PUBLISH', channel, message) == 0 and not is_cluster then
    unheard[channel] = true
  end
end
