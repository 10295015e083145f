-- Ends jobs whose lease is held. ARGV: prefix, most ended jobs to keep of each kind, and for how long
-- in ms; then of each job its id, the lease's name, how it ended (completed, failed or gone), and
-- its value or reason. Gives back how many were ended.

local keep, keep_ms = tonumber(ARGV[2]), tonumber(ARGV[3])
local now_text = text(now)
-- Ended jobs forgotten in one call, for either reason: at least as many as are ended in one.
local AT_ONCE = 100

local call = redis.call

-- What was ended, each once, by how; and all their locks and ids.
local ends = { completed = {}, failed = {}, gone = {} }
local ended, locks, ids = {}, {}, {}

-- What Bull tells of an end; most by far have this value.
local function told(id, value)
  if value == 'null' and not string.find(id, '[^%w-]') then
    return '{"jobId":"' .. id .. '","val":"null"}'
  end
  return cjson.encode({ jobId = id, val = value })
end

local function finish(id, how, value)
  local job = P .. id
  ended[id] = true
  ids[#ids + 1] = id
  ends[how][#ends[how] + 1] = id
  if how == 'gone' then
    call('ZREM', P .. 'completed', id)
    call('ZREM', P .. 'failed', id)
    forget(id)
    return
  end
  -- With the others: a command to take the lease away takes as long as this one.
  if how == 'completed' then
    call('HSET', job, 'finishedOn', now_text, 'returnvalue', value, 'ended', '1', 'lease', '')
  else
    call('HSET', job, 'finishedOn', now_text, 'failedReason', value, 'ended', '1', 'lease', '')
    -- Somebody may have written anything there, which must not keep the others from their ends.
    redis.pcall('HINCRBY', job, 'attemptsMade', 1)
  end
  call('PUBLISH', P .. how, told(id, value))
end

-- Takes what was ended off the list of what runs: of few that run, by putting the others back, since a
-- command takes longer than some ids.
local WORTH = 8
local function take_off()
  if call('LLEN', ACTIVE) > #ids * WORTH then
    for _, id in ipairs(ids) do
      call('LREM', ACTIVE, -1, id)
    end
    return
  end
  local others = {}
  for _, id in ipairs(call('LRANGE', ACTIVE, 0, -1)) do
    if not ended[id] then
      others[#others + 1] = id
    end
  end
  call('DEL', ACTIVE)
  push('RPUSH', ACTIVE, others)
end

-- Lists them as ended, and forgets those of before that are too many or too old.
local function list_ended(key, these)
  if #these == 0 then
    return
  end
  local places = {}
  for at, id in ipairs(these) do
    places[2 * at - 1], places[2 * at] = now_text, id
  end
  push('ZADD', key, places)
  -- These are the first of all.
  local function forget_ended(old)
    if #old == 0 then
      return
    end
    call('ZREMRANGEBYRANK', key, 0, #old - 1)
    local keys = {}
    for at, id in ipairs(old) do
      local job = P .. id
      keys[2 * at - 1], keys[2 * at] = job, job .. ':logs'
    end
    call('DEL', unpack(keys))
  end
  forget_ended(call('ZRANGEBYSCORE', key, '-inf', text(now - keep_ms), 'LIMIT', 0, AT_ONCE))
  local over = call('ZCARD', key) - keep
  if over > 0 then
    forget_ended(call('ZRANGE', key, 0, math.min(over, AT_ONCE) - 1))
  end
end

local first, each = 4, 4
local theirs, held = {}, {}
for at = first, #ARGV, each do
  theirs[#theirs + 1] = lock_of(ARGV[at])
end
if #theirs > 0 then
  held = call('MGET', unpack(theirs))
end
for at = first, #ARGV, each do
  local id, lease = ARGV[at], ARGV[at + 1]
  local place = (at - first) / each + 1
  if not ended[id] and held[place] == lease then
    locks[#locks + 1] = theirs[place]
    finish(id, ARGV[at + 2], ARGV[at + 3])
  end
end
if #ids > 0 then
  take_off()
  call('DEL', unpack(locks))
  push('SREM', STALLED, ids)
end
list_ended(P .. 'completed', ends.completed)
list_ended(P .. 'failed', ends.failed)
return #ids
