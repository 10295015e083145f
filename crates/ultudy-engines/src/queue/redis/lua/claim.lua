-- Takes due jobs in their order. ARGV: prefix, token, lease in ms, whether to look at running
-- jobs in any case (0 or 1), then a lease's name for each job wanted. Gives back this server's time
-- in ms, when the next delayed job is due (ms from now, -1 for none) and, of each job taken, its
-- id, whether its end was known before, whether a lease of ours lapsed (0 or 1 each), and its
-- data, empty if too long to be ours.

local token, lease_ms = ARGV[2], ARGV[3]
local LONGEST = 65536
-- Of each kind, moved in one call.
local AT_ONCE = 100
local STALLED_CHECK_MS = 30000
local STALLED_MAX = 1
local AGED_MS = 600000
local LOW, NORMAL = 3, 2

local list = waiting()
local now_text = text(now)

-- Delayed jobs that are due wait from now on.
local function promote()
  local due = redis.call('ZRANGEBYSCORE', DELAYED, '-inf', '(' .. text((now + 1) * 4096),
    'LIMIT', 0, AT_ONCE)
  for _, id in ipairs(due) do
    redis.call('ZREM', DELAYED, id)
    if redis.call('EXISTS', P .. id) == 1 then
      redis.call('HSET', P .. id, 'delay', '0')
      enqueue(list, { id }, priority_of(id))
      tell_waiting(token, id)
    end
  end
end

-- Low jobs that have waited long become normal ones. The next low one stands right behind the
-- last normal one, so it need not move.
local function age()
  for _ = 1, AT_ONCE do
    local before = redis.call('ZCOUNT', PRIORITY, 0, NORMAL)
    local id = redis.call('LINDEX', list, -before - 1)
    if not id or redis.call('ZSCORE', PRIORITY, id) ~= text(LOW) then
      return
    end
    local since = tonumber(redis.call('HGET', P .. id, 'timestamp') or now) or now
    if since > now - AGED_MS then
      return
    end
    redis.call('ZADD', PRIORITY, NORMAL, id)
    redis.call('HSET', P .. id, 'priority', NORMAL)
  end
end

-- Jobs of ours whose lease has lapsed wait again. Without a lease of ours a job runs elsewhere,
-- or is about to be locked there.
local function take_back()
  for _, id in ipairs(redis.call('LRANGE', ACTIVE, 0, -1)) do
    if redis.call('EXISTS', lock_of(id)) == 0 and redis.call('HEXISTS', P .. id, 'lease') == 1 then
      let_go(id)
      redis.call('HSET', P .. id, 'lapsed', '1')
      enqueue_first(list, id, priority_of(id))
      tell_waiting(token, id)
    end
  end
end

-- What Bull's workers do for each other: who ran without a lock at this check and the one before
-- is gone.
local function check_stalled()
  if not redis.call('SET', P .. 'stalled-check', text(now), 'PX', STALLED_CHECK_MS, 'NX') then
    return
  end
  for _, id in ipairs(redis.call('SMEMBERS', STALLED)) do
    if redis.call('EXISTS', lock_of(id)) == 0 and redis.call('LREM', ACTIVE, 1, id) > 0 then
      local times = redis.call('HINCRBY', P .. id, 'stalledCounter', 1)
      if times > STALLED_MAX then
        local reason = 'job stalled more than allowable limit'
        redis.call('ZADD', P .. 'failed', text(now), id)
        redis.call('HSET', P .. id, 'failedReason', reason, 'finishedOn', text(now))
        redis.call('PUBLISH', P .. 'failed', cjson.encode({ jobId = id, val = reason }))
      else
        enqueue_first(list, id, priority_of(id))
      end
    end
  end
  redis.call('DEL', STALLED)
  for _, id in ipairs(redis.call('LRANGE', ACTIVE, 0, -1)) do
    redis.call('SADD', STALLED, id)
  end
end

local swept = false
local function sweep()
  swept = true
  take_back()
  check_stalled()
  age()
end

local taken = {}
local first_lease = 5
local given = 0

-- Its data, empty if too long to be ours, with the marks it bears; nothing where it is gone, or is
-- something else.
local function read(job)
  local length = redis.pcall('HSTRLEN', job, 'data')
  if type(length) == 'table' then
    return nil
  end
  if length == 0 and redis.call('EXISTS', job) == 0 then
    return nil
  end
  if length <= LONGEST then
    return redis.call('HMGET', job, 'ended', 'lapsed', 'lease', 'data')
  end
  return redis.call('HMGET', job, 'ended', 'lapsed', 'lease')
end

-- Whether it is there.
local function take(id)
  local job = P .. id
  local marks = read(job)
  if not marks then
    return false
  end
  local lease = ARGV[first_lease + given]
  given = given + 1
  if marks[1] or marks[2] then
    redis.call('HDEL', job, 'ended', 'lapsed')
  end
  redis.call('SET', lock_of(id), lease, 'PX', lease_ms)
  redis.call('HSET', job, 'processedOn', now_text, 'lease', lease)
  redis.call('PUBLISH', ACTIVE, id)
  taken[#taken + 1] = id
  taken[#taken + 1] = marks[1] and 1 or 0
  -- A lease that is still there was lost to Bull's check.
  taken[#taken + 1] = (marks[2] or marks[3]) and 1 or 0
  taken[#taken + 1] = marks[4] or ''
  return true
end

-- As RPOPLPUSH one by one, in order.
local function take_all()
  while first_lease + given <= #ARGV do
    local ids = reversed(redis.call('LRANGE', list, first_lease + given - #ARGV - 1, -1))
    if #ids == 0 then
      return
    end
    redis.call('LTRIM', list, 0, -#ids - 1)
    push('ZREM', PRIORITY, ids)
    -- Before anything can go wrong with one of them: what is in no list comes back by nothing.
    push('LPUSH', ACTIVE, ids)
    push('SREM', STALLED, ids)
    for _, id in ipairs(ids) do
      if not take(id) then
        redis.call('LREM', ACTIVE, 1, id)
      end
    end
  end
end

promote()
if ARGV[4] == '1' then
  sweep()
end
if redis.call('EXISTS', P .. 'meta-paused') == 0 then
  take_all()
  if not swept and first_lease + given <= #ARGV then
    sweep()
    take_all()
  end
end

local next_due = -1
local next = redis.call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
if next[2] then
  next_due = math.max(0, math.floor(tonumber(next[2]) / 4096) - now)
end
return { text(now), text(next_due), taken }
