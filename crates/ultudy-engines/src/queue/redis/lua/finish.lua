-- Ends jobs whose lease is held. ARGV: prefix, most ended jobs to keep of each kind, and for how long
-- in ms; then of each job its id, the lease's name, how it ended (completed, failed or gone), and
-- its value or reason. Gives back how many were ended.

local keep, keep_ms = tonumber(ARGV[2]), tonumber(ARGV[3])
local now_text = text(now)
-- Ended jobs forgotten in one call, for either reason: at least as many as are ended in one.
local AT_ONCE = 100

-- What was ended, each once, by how; and all their locks and ids.
local ends = { completed = {}, failed = {}, gone = {} }
local ended, locks, ids = {}, {}, {}

local function finish(id, lease, how, value)
  local job, lock = P .. id, lock_of(id)
  if ended[id] or redis.call('GET', lock) ~= lease then
    return
  end
  ended[id] = true
  ids[#ids + 1], locks[#locks + 1] = id, lock
  ends[how][#ends[how] + 1] = id
  redis.call('LREM', ACTIVE, -1, id)
  if how == 'gone' then
    redis.call('ZREM', P .. 'completed', id)
    redis.call('ZREM', P .. 'failed', id)
    forget(id)
    return
  end
  redis.call('HDEL', job, 'lease')
  if how == 'completed' then
    redis.call('HSET', job, 'finishedOn', now_text, 'returnvalue', value, 'ended', '1')
  else
    redis.call('HSET', job, 'finishedOn', now_text, 'failedReason', value, 'ended', '1')
    -- Somebody may have written anything there, which must not keep the others from their ends.
    redis.pcall('HINCRBY', job, 'attemptsMade', 1)
  end
  redis.call('PUBLISH', P .. how, cjson.encode({ jobId = id, val = value }))
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
  local function forget_ended(old)
    push('ZREM', key, old)
    for _, id in ipairs(old) do
      forget(id)
    end
  end
  forget_ended(redis.call('ZRANGEBYSCORE', key, '-inf', text(now - keep_ms), 'LIMIT', 0, AT_ONCE))
  local over = redis.call('ZCARD', key) - keep
  if over > 0 then
    forget_ended(redis.call('ZRANGE', key, 0, math.min(over, AT_ONCE) - 1))
  end
end

for at = 4, #ARGV, 4 do
  finish(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
end
if #ids > 0 then
  redis.call('DEL', unpack(locks))
  push('SREM', STALLED, ids)
end
list_ended(P .. 'completed', ends.completed)
list_ended(P .. 'failed', ends.failed)
return #ids
