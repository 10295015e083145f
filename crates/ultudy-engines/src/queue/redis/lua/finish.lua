-- Ends a job whose lease is held. ARGV: prefix, id, the lease's name, how it ended (completed,
-- failed or gone), its value or reason, most ended jobs to keep, and for how long in ms.

local id, how, value = ARGV[2], ARGV[4], ARGV[5]
local keep, keep_ms = tonumber(ARGV[6]), tonumber(ARGV[7])
-- Ended jobs forgotten in one call.
local AT_ONCE = 100

local job = P .. id
if redis.call('GET', lock_of(id)) ~= ARGV[3] then
  return 0
end
let_go(id)
if how == 'gone' then
  redis.call('ZREM', P .. 'completed', id)
  redis.call('ZREM', P .. 'failed', id)
  forget(id)
  return 1
end
local ended = P .. how
redis.call('ZADD', ended, text(now), id)
if how == 'completed' then
  redis.call('HSET', job, 'finishedOn', text(now), 'returnvalue', value, 'ended', '1')
else
  redis.call('HSET', job, 'finishedOn', text(now), 'failedReason', value, 'ended', '1')
  redis.call('HINCRBY', job, 'attemptsMade', 1)
end
redis.call('PUBLISH', ended, cjson.encode({ jobId = id, val = value }))

local function forget_ended(ids)
  for _, old in ipairs(ids) do
    redis.call('ZREM', ended, old)
    forget(old)
  end
end
forget_ended(redis.call('ZRANGEBYSCORE', ended, '-inf', text(now - keep_ms), 'LIMIT', 0, AT_ONCE))
local over = redis.call('ZCARD', ended) - keep
if over > 0 then
  forget_ended(redis.call('ZRANGE', ended, 0, math.min(over, AT_ONCE) - 1))
end
return 1
