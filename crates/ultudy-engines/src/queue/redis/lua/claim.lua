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

-- Its lease, or what stands in its place (upkeep.lua), and its data, empty if too long to be ours;
-- nothing where it is gone, or is something else.
local function read(job, id)
  local has_data = true
  if #id ~= OURS then
    -- Somebody else's data may be long: it is not even looked at.
    local length = redis.pcall('HSTRLEN', job, 'data')
    has_data = type(length) ~= 'table' and length <= LONGEST
  end
  local found
  if has_data then
    found = redis.pcall('HMGET', job, 'lease', 'data')
  else
    found = redis.pcall('HMGET', job, 'lease')
  end
  if found.err or not found[2] and call('EXISTS', job) == 0 then
    return nil
  end
  if found[2] and #found[2] > LONGEST then
    found[2] = ''
  end
  return found
end

-- Whether it is there.
local function take(id)
  local job = P .. id
  local found = read(job, id)
  if not found then
    return false
  end
  local lease = ARGV[FIRST + given]
  given = given + 1
  call('SET', job .. ':lock', lease, 'PXAT', until_text)
  call('HSET', job, 'processedOn', now_text, 'lease', lease)
  if not unheard[ACTIVE] then
    publish(ACTIVE, id)
  end
  local ended = found[1] == ''
  taken[#taken + 1] = id
  taken[#taken + 1] = ended and 1 or 0
  -- A lease that is still there was lost to Bull's check.
  taken[#taken + 1] = found[1] and not ended and 1 or 0
  taken[#taken + 1] = found[2] or ''
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
