-- Takes due jobs in their order. ARGV: prefix, token, lease in ms, whether to look at running
-- jobs in any case (0 or 1), then a lease's name for each job wanted. Gives back this server's time
-- in ms, when the next delayed job is due (ms from now, -1 for none) and, of each job taken, its
-- id, whether its end was known before, whether a lease of ours lapsed (0 or 1 each), and its
-- data, empty if too long to be ours.

local token, lease_ms = ARGV[2], ARGV[3]
local LONGEST = 65536
-- A row's id, which our jobs have.
local OURS = 36
-- Of each kind, moved in one call.
local AT_ONCE = 100
local STALLED_CHECK_MS = 30000
local STALLED_MAX = 1
local AGED_MS = 600000

local call = redis.call
local list = waiting()
local now_text = text(now)
-- What this call has spent on places, and from where on it puts no more jobs anywhere: those are for another
-- call.
local spent, SPENT = 0, ENOUGH / 5

-- Delayed jobs that are due wait from now on.
local function promote()
  local due = call('ZRANGEBYSCORE', DELAYED, '-inf', '(' .. text((now + 1) * 4096),
    'LIMIT', 0, AT_ONCE)
  for _, id in ipairs(due) do
    if spent >= SPENT then
      return
    end
    call('ZREM', DELAYED, id)
    if call('EXISTS', P .. id) == 1 then
      call('HSET', P .. id, 'delay', '0')
      spent = spent + enqueue(list, { id }, priority_of(id))
      tell_waiting(token, id)
    end
  end
end

-- Low jobs that have waited long become normal ones. The next low one stands right behind the
-- last normal one, so it need not move.
local function age()
  for _ = 1, AT_ONCE do
    local before = call('ZCOUNT', PRIORITY, 0, NORMAL)
    local id = call('LINDEX', list, -before - 1)
    if not id or call('ZSCORE', PRIORITY, id) ~= text(LOW) then
      return
    end
    local since = tonumber(call('HGET', P .. id, 'timestamp') or now) or now
    if since > now - AGED_MS then
      return
    end
    call('ZADD', PRIORITY, NORMAL, id)
    call('HSET', P .. id, 'priority', NORMAL)
  end
end

-- Of one that has ended it is empty.
local function is_lease(lease)
  return lease and lease ~= ''
end

-- Jobs of ours whose lease has lapsed wait again. Without a lease of ours a job runs elsewhere,
-- or is about to be locked there.
local function take_back()
  for _, id in ipairs(call('LRANGE', ACTIVE, 0, -1)) do
    if spent >= SPENT then
      return
    end
    if call('EXISTS', lock_of(id)) == 0 and is_lease(call('HGET', P .. id, 'lease')) then
      let_go(id)
      call('HSET', P .. id, 'lapsed', '1')
      spent = spent + enqueue_first(list, id, priority_of(id))
      tell_waiting(token, id)
    end
  end
end

-- What Bull's workers do for each other: who ran without a lock at this check and the one before
-- is gone. Whose turn did not come in this check comes in the next.
local function check_stalled()
  if not call('SET', P .. 'stalled-check', text(now), 'PX', STALLED_CHECK_MS, 'NX') then
    return
  end
  for _, id in ipairs(call('SMEMBERS', STALLED)) do
    if spent >= SPENT then
      break
    end
    if call('EXISTS', lock_of(id)) == 0 and call('LREM', ACTIVE, 1, id) > 0 then
      local times = call('HINCRBY', P .. id, 'stalledCounter', 1)
      if times > STALLED_MAX then
        local reason = 'job stalled more than allowable limit'
        call('ZADD', P .. 'failed', text(now), id)
        call('HSET', P .. id, 'failedReason', reason, 'finishedOn', text(now))
        call('PUBLISH', P .. 'failed', cjson.encode({ jobId = id, val = reason }))
      else
        spent = spent + enqueue_first(list, id, priority_of(id))
      end
    end
  end
  call('DEL', STALLED)
  for _, id in ipairs(call('LRANGE', ACTIVE, 0, -1)) do
    call('SADD', STALLED, id)
  end
end

local swept = false
local function sweep()
  swept = true
  take_back()
  check_stalled()
  age()
  -- Whoever left them unplaced may be gone.
  if spent < SPENT then
    local _, cost = settle(list, LOW, ENOUGH - spent)
    spent = spent + cost
  end
end

local taken = {}
local first_lease = 5
local given = 0

-- The marks it bears and its data, empty if too long to be ours; nothing where it is gone, or is
-- something else.
local function read(job, id)
  local has_data = true
  if #id ~= OURS then
    -- Somebody else's data may be long: it is not even looked at.
    local length = redis.pcall('HSTRLEN', job, 'data')
    has_data = type(length) ~= 'table' and length <= LONGEST
  end
  local marks
  if has_data then
    marks = redis.pcall('HMGET', job, 'ended', 'lapsed', 'lease', 'data')
  else
    marks = redis.pcall('HMGET', job, 'ended', 'lapsed', 'lease')
  end
  if marks.err or not marks[4] and call('EXISTS', job) == 0 then
    return nil
  end
  if marks[4] and #marks[4] > LONGEST then
    marks[4] = ''
  end
  return marks
end

-- Whether it is there.
local function take(id)
  local job = P .. id
  local marks = read(job, id)
  if not marks then
    return false
  end
  local lease = ARGV[first_lease + given]
  given = given + 1
  if marks[1] or marks[2] then
    call('HDEL', job, 'ended', 'lapsed')
  end
  call('SET', lock_of(id), lease, 'PX', lease_ms)
  call('HSET', job, 'processedOn', now_text, 'lease', lease)
  call('PUBLISH', ACTIVE, id)
  taken[#taken + 1] = id
  taken[#taken + 1] = marks[1] and 1 or 0
  -- A lease that is still there was lost to Bull's check.
  taken[#taken + 1] = (marks[2] or is_lease(marks[3])) and 1 or 0
  taken[#taken + 1] = marks[4] or ''
  return true
end

-- Puts unplaced jobs that are among the next `wanted` in their places, which are near.
local function settle_next(wanted)
  local last = 0
  local count = count_unplaced()
  for priority = 1, LOW do
    if count[priority] > 0 and ahead(list, priority) < wanted then
      last = priority
    end
  end
  if last > 0 then
    settle(list, last, ENOUGH)
  end
end

-- As RPOPLPUSH one by one, in order.
local function take_all()
  settle_next(#ARGV - first_lease - given + 1)
  while first_lease + given <= #ARGV do
    local ids = reversed(call('LRANGE', list, first_lease + given - #ARGV - 1, -1))
    if #ids == 0 then
      return
    end
    call('LTRIM', list, 0, -#ids - 1)
    push('ZREM', PRIORITY, ids)
    -- Before anything can go wrong with one of them: what is in no list comes back by nothing.
    push('LPUSH', ACTIVE, ids)
    push('SREM', STALLED, ids)
    for _, id in ipairs(ids) do
      if not take(id) then
        call('LREM', ACTIVE, 1, id)
      end
    end
  end
end

promote()
if ARGV[4] == '1' then
  sweep()
end
if call('EXISTS', P .. 'meta-paused') == 0 then
  take_all()
  if not swept and first_lease + given <= #ARGV then
    sweep()
    take_all()
  end
end

local next_due = -1
local next = call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
if next[2] then
  next_due = math.max(0, math.floor(tonumber(next[2]) / 4096) - now)
end
return { text(now), text(next_due), taken }
