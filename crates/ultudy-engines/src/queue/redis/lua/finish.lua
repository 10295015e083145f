-- Ends jobs whose lease is held. ARGV: prefix, most ended jobs to keep of each kind, for how long in ms,
-- and how many completed with nothing to say, as most do: of each of those its id and the lease's name;
-- then of each other one its id, the lease's name, how it ended (completed, failed or gone), and its
-- value or reason. Gives back how many were ended.

local keep, keep_ms, few = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- Ended jobs forgotten in one call, for either reason: at least as many as are ended in one.
local AT_ONCE = 100
local COMPLETED, FAILED = P .. 'completed', P .. 'failed'

local call = redis.call

-- What was ended, each once, by how; and all their locks and ids.
local ends = { completed = {}, failed = {}, gone = {} }
local ended, locks, ids = {}, {}, {}

-- What Bull tells of an end.
local function told(id, value)
  if value == 'null' and not string.find(id, '[^%w-]') then
    return '{"jobId":"' .. id .. '","val":"null"}'
  end
  return cjson.encode({ jobId = id, val = value })
end

-- Where something else is under its name nothing is left to be ended, and nobody else's end is held up.
local function finish(id, how, value)
  local job = P .. id
  ended[id] = true
  ids[#ids + 1] = id
  if how ~= 'gone' then
    local field = how == 'completed' and 'returnvalue' or 'failedReason'
    -- With the others: a command to take the lease away takes as long as this one.
    local set = redis.pcall('HSET', job, 'finishedOn', now_text, field, value, 'lease', '')
    if type(set) == 'table' then
      how = 'gone'
    end
  end
  ends[how][#ends[how] + 1] = id
  if how == 'completed' then
    if not unheard[COMPLETED] then
      publish(COMPLETED, told(id, value))
    end
  elseif how == 'failed' then
    redis.pcall('HINCRBY', job, 'attemptsMade', '1')
    if not unheard[FAILED] then
      publish(FAILED, told(id, value))
    end
  else
    call('ZREM', COMPLETED, id)
    call('ZREM', FAILED, id)
    call('DEL', job, job .. ':logs')
  end
end

-- Takes what was ended off the list of what runs, which is mostly what has run longest: by putting the
-- others back that were begun before, since a command takes longer than some ids.
local WORTH = 8
local function take_off()
  local others, seen, missing = {}, 0, #ids
  while missing > 0 and #ids > 1 and seen < #ids * WORTH do
    local these = call('LRANGE', ACTIVE, text(-seen - #ids), text(-seen - 1))
    if #these == 0 then
      break
    end
    seen = seen + #these
    for at = #these, 1, -1 do
      if ended[these[at]] then
        missing = missing - 1
      else
        others[#others + 1] = these[at]
      end
    end
  end
  if missing > 0 then
    for _, id in ipairs(ids) do
      call('LREM', ACTIVE, '-1', id)
    end
    return
  end
  call('LTRIM', ACTIVE, '0', text(-seen - 1))
  local back = {}
  for at = #others, 1, -1 do
    back[#back + 1] = others[at]
  end
  push('RPUSH', ACTIVE, back)
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
    call('ZREMRANGEBYRANK', key, '0', text(#old - 1))
    local keys = {}
    for at, id in ipairs(old) do
      local job = P .. id
      keys[2 * at - 1], keys[2 * at] = job, job .. ':logs'
    end
    call('DEL', unpack(keys))
  end
  forget_ended(call('ZRANGEBYSCORE', key, '-inf', text(now - keep_ms), 'LIMIT', '0', text(AT_ONCE)))
  local over = call('ZCARD', key) - keep
  if over > 0 then
    forget_ended(call('ZRANGE', key, '0', text(math.min(over, AT_ONCE) - 1)))
  end
end

local FIRST = 5
-- Where each begins, and where those begin that are told more of.
local at, more = {}, FIRST + 2 * few
for place = FIRST, more - 1, 2 do
  at[#at + 1] = place
end
for place = more, #ARGV, 4 do
  at[#at + 1] = place
end
if #at == 0 then
  return 0
end
local theirs = {}
for i, place in ipairs(at) do
  theirs[i] = lock_of(ARGV[place])
end
local held = call('MGET', unpack(theirs))
for i, place in ipairs(at) do
  local id = ARGV[place]
  if not ended[id] and held[i] == ARGV[place + 1] then
    locks[#locks + 1] = theirs[i]
    if place < more then
      finish(id, 'completed', 'null')
    else
      finish(id, ARGV[place + 2], ARGV[place + 3])
    end
  end
end
if #ids > 0 then
  take_off()
  call('DEL', unpack(locks))
  if call('EXISTS', STALLED) == 1 then
    push('SREM', STALLED, ids)
  end
end
list_ended(COMPLETED, ends.completed)
list_ended(FAILED, ends.failed)
return #ids
