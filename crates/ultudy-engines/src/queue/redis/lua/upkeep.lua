-- What is done beside taking jobs, and not by every call.

-- What stands in a job's `lease`: the name of the lease under which it runs, or of one that was lost to
-- Bull's check; LAPSED, if that lapsed; nothing ('') once its end is known.
local LAPSED = 'lapsed'

local function upkeeping(list, token)
  -- Of each kind, moved in one call.
  local AT_ONCE = 100
  local STALLED_CHECK_MS = 30000
  local STALLED_MAX = 1
  local AGED_MS = 600000

  local call = redis.call
  local place = placing()
  -- What this call has spent on places, and from where on it puts no more jobs anywhere: those are for
  -- another call.
  local spent, SPENT = 0, ENOUGH / 5

  -- Delayed jobs that are due wait from now on. Gives back when the next is due, in ms from now, -1 if
  -- there is none.
  local function promote()
    local due = call('ZRANGEBYSCORE', DELAYED, '-inf', '(' .. text((now + 1) * 4096),
      'LIMIT', '0', text(AT_ONCE))
    for _, id in ipairs(due) do
      if spent >= SPENT then
        break
      end
      call('ZREM', DELAYED, id)
      if call('EXISTS', P .. id) == 1 and place.set(id, 'delay', '0') then
        spent = spent + place.enqueue(list, { id }, place.priority_of(id))
        place.tell_waiting(token, id)
      end
    end
    local next = call('ZRANGE', DELAYED, '0', '0', 'WITHSCORES')
    if not next[2] then
      return '-1'
    end
    return text(math.max(0, math.floor(tonumber(next[2]) / 4096) - now))
  end

  -- Low jobs that have waited long become normal ones. The next low one stands right behind the
  -- last normal one, so it need not move.
  local function age()
    for _ = 1, AT_ONCE do
      local before = call('ZCOUNT', PRIORITY, '0', text(NORMAL))
      local id = call('LINDEX', list, text(-before - 1))
      if not id or call('ZSCORE', PRIORITY, id) ~= text(LOW) then
        return
      end
      local since = tonumber(place.field(id, 'timestamp') or now) or now
      if since > now - AGED_MS then
        return
      end
      call('ZADD', PRIORITY, text(NORMAL), id)
      call('HSET', P .. id, 'priority', text(NORMAL))
    end
  end

  -- Whether it runs under a lease of ours, or has until that lapsed. Not one that Bull's check has put back
  -- since: whoever took it then is about to lock it. (Nor one that Bull's check had put back before anybody
  -- had begun it: that is brought back by that check again.)
  local function has_lease(id)
    local lease = place.field(id, 'lease')
    return lease and lease ~= '' and lease ~= LAPSED
      and place.field(id, 'stalledCounter') == place.field(id, 'stalledBefore')
  end

  -- Jobs of ours whose lease has lapsed wait again. Without a lease of ours a job runs elsewhere,
  -- or is about to be locked there.
  local function take_back()
    for _, id in ipairs(call('LRANGE', ACTIVE, '0', '-1')) do
      if spent >= SPENT then
        return
      end
      if call('EXISTS', lock_of(id)) == 0 and has_lease(id) then
        place.let_go(id)
        call('HSET', P .. id, 'lease', LAPSED)
        spent = spent + place.enqueue_first(list, id, place.priority_of(id))
        place.tell_waiting(token, id)
      end
    end
  end

  -- What Bull's workers do for each other: who ran without a lock at this check and the one before
  -- is gone. Whose turn did not come in this check comes in the next.
  local function check_stalled()
    if not call('SET', P .. 'stalled-check', now_text, 'PX', text(STALLED_CHECK_MS), 'NX') then
      return
    end
    for _, id in ipairs(call('SMEMBERS', STALLED)) do
      if spent >= SPENT then
        break
      end
      if call('EXISTS', lock_of(id)) == 0 and call('LREM', ACTIVE, '1', id) > 0 then
        local times = redis.pcall('HINCRBY', P .. id, 'stalledCounter', '1')
        local is_known = type(times) == 'number'
        if is_known and times <= STALLED_MAX then
          spent = spent + place.enqueue_first(list, id, place.priority_of(id))
        else
          local reason = 'job stalled more than allowable limit'
          -- What is no job is off the list, and that is all.
          if place.set(id, 'failedReason', reason) then
            call('HSET', P .. id, 'finishedOn', now_text)
            call('ZADD', P .. 'failed', now_text, id)
            call('PUBLISH', P .. 'failed', cjson.encode({ jobId = id, val = reason }))
          end
        end
      end
    end
    call('DEL', STALLED)
    push('SADD', STALLED, call('LRANGE', ACTIVE, '0', '-1'))
  end

  local function sweep()
    take_back()
    check_stalled()
    age()
    -- Whoever left them unplaced may be gone.
    if spent < SPENT then
      local _, cost = place.settle(list, LOW, ENOUGH - spent)
      spent = spent + cost
    end
  end

  -- Puts unplaced jobs that are among the next `wanted` in their places, which are near.
  local function settle_next(wanted)
    local last = 0
    local count = place.count_unplaced()
    for priority = 1, LOW do
      if count[priority] > 0 and place.ahead(list, priority) < wanted then
        last = priority
      end
    end
    if last > 0 then
      place.settle(list, last, ENOUGH)
    end
  end

  return { promote = promote, sweep = sweep, settle_next = settle_next }
end
