-- Ends jobs whose lease is held. ARGV: prefix, most ended jobs to keep of each kind, and for how long
-- in ms; then of each job its id, the lease's name, how it ended (completed, failed or gone), and
-- its value or reason. Gives back how many were ended.

local keep, keep_ms = tonumber(ARGV[2]), tonumber(ARGV[3])
local now_text = text(now)
-- Ended jobs forgotten in one call, for either reason: at least as many as are ended in one.
local AT_ONCE = 100

-- Whether its lease is held.
local function finish(id, lease, how, value)
  local job = P .. id
  if redis.call('GET', lock_of(id)) ~= lease then
    return false
  end
  let_go(id)
  if how == 'gone' then
    redis.call('ZREM', P .. 'completed', id)
    redis.call('ZREM', P .. 'failed', id)
    forget(id)
    return true
  end
  redis.call('ZADD', P .. how, now_text, id)
  if how == 'completed' then
    redis.call('HSET', job, 'finishedOn', now_text, 'returnvalue', value, 'ended', '1')
  else
    redis.call('HSET', job, 'finishedOn', now_text, 'failedReason', value, 'ended', '1')
    redis.call('HINCRBY', job, 'attemptsMade', 1)
  end
  redis.call('PUBLISH', P .. how, cjson.encode({ jobId = id, val = value }))
  return true
end

local function trim(ended)
  local function forget_ended(ids)
    push('ZREM', ended, ids)
    for _, old in ipairs(ids) do
      forget(old)
    end
  end
  forget_ended(redis.call('ZRANGEBYSCORE', ended, '-inf', text(now - keep_ms), 'LIMIT', 0, AT_ONCE))
  local over = redis.call('ZCARD', ended) - keep
  if over > 0 then
    forget_ended(redis.call('ZRANGE', ended, 0, math.min(over, AT_ONCE) - 1))
  end
end

local count, ends = 0, {}
for at = 4, #ARGV, 4 do
  local how = ARGV[at + 2]
  if finish(ARGV[at], ARGV[at + 1], how, ARGV[at + 3]) then
    count = count + 1
    ends[how] = true
  end
end
for _, how in ipairs({ 'completed', 'failed' }) do
  if ends[how] then
    trim(P .. how)
  end
end
return count
