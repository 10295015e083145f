-- Takes due jobs in their order. ARGV: prefix, token, lease in ms, whether to look at running
-- jobs in any case (0 or 1), then a lease's name for each job wanted. Gives back this server's time
-- in ms, when the next delayed job is due (ms from now, -1 for none) and, of each job taken, its
-- id, whether its end was known before, whether a lease of ours lapsed (0 or 1 each), and its
-- data, empty if too long to be ours.

local FIRST = 5
local LONGEST = 65536
-- A row's id, which our jobs have.
local OURS = 36

local call = redis.call
-- None of these is there most of the time.
local is_plain = call('EXISTS', PAUSED, DELAYED, STALLED, unpack(UNPLACED)) == 0
local list = is_plain and WAIT or placing().waiting()
local until_text = text(now + tonumber(ARGV[3]))

-- Made when something of it is to be done.
local upkeep
local function keep_up()
  upkeep = upkeep or upkeeping(list, ARGV[2])
  return upkeep
end

local taken = {}
local given = 0

-- Its data, empty if too long to be ours; nothing where it is gone, or is something else.
local function read(job, id)
  if #id ~= OURS then
    -- Somebody else's data may be long: it is not even looked at.
    local length = redis.pcall('HSTRLEN', job, 'data')
    if type(length) == 'table' then
      return nil
    elseif length > LONGEST then
      return ''
    end
  end
  local data = redis.pcall('HGET', job, 'data')
  if type(data) == 'table' or not data and call('EXISTS', job) == 0 then
    return nil
  end
  return data and #data <= LONGEST and data or ''
end

-- Marks it as begun under this lease. Gives back what stood in the lease's place (upkeep.lua), none where
-- it never ran here; and notes how often it had stalled before.
local function begin(job, lease)
  local is_new = call('HSETNX', job, 'lease', lease) == 1
  local is_first = call('HSET', job, 'processedOn', now_text) == 1
  if is_new and is_first then
    return nil
  end
  local found = call('HMGET', job, 'lease', 'stalledCounter')
  if found[2] then
    call('HSET', job, 'lease', lease, 'stalledBefore', found[2])
  else
    call('HSET', job, 'lease', lease)
  end
  return not is_new and found[1] or nil
end

-- Whether it is there.
local function take(id)
  local job = P .. id
  local data = read(job, id)
  if not data then
    return false
  end
  local lease = ARGV[FIRST + given]
  given = given + 1
  call('SET', job .. ':lock', lease, 'PXAT', until_text)
  local before = begin(job, lease)
  if not unheard[ACTIVE] then
    publish(ACTIVE, id)
  end
  local at = 4 * given
  taken[at - 3] = id
  taken[at - 2] = before == '' and 1 or 0
  -- A lease that is still there was lost to Bull's check.
  taken[at - 1] = before and before ~= '' and 1 or 0
  taken[at] = data
  return true
end

-- As RPOPLPUSH one by one, in order.
local function take_all()
  if not is_plain then
    keep_up().settle_next(#ARGV - FIRST - given + 1)
  end
  while FIRST + given <= #ARGV do
    local ids = call('RPOP', list, text(#ARGV - FIRST - given + 1))
    if not ids then
      return
    end
    push('ZREM', PRIORITY, ids)
    -- Before anything can go wrong with one of them: what is in no list comes back by nothing.
    push('LPUSH', ACTIVE, ids)
    if not is_plain then
      push('SREM', STALLED, ids)
    end
    for _, id in ipairs(ids) do
      if not take(id) then
        call('LREM', ACTIVE, '1', id)
      end
    end
  end
end

local next_due = '-1'
if not is_plain then
  next_due = keep_up().promote()
end
local sweeps = ARGV[4] == '1'
if sweeps then
  keep_up().sweep()
end
if list == WAIT then
  take_all()
  if not sweeps and FIRST + given <= #ARGV then
    keep_up().sweep()
    take_all()
  end
end
return { now_text, next_due, taken }
