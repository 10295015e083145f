-- Where jobs wait: all priorities in one list, ours and Bull's, served from the right.

-- What a script may do at once, in elements of a list walked past, of which a processor of 2026 does
-- 75 in a microsecond or more: some milliseconds.
local ENOUGH = 520000
-- As much as walking past so many costs it to move an element of either end aside and back, and to make
-- a job one of those that have their place.
local MOVE, PUT = 25, 170
-- The priorities of our jobs are 1 to LOW.
local NORMAL, LOW = 2, 3

-- A place in a long list costs more than all else that adding a job does, and hardly more for many jobs
-- than for one. So a job may be added at the end of the list, the left one, as if it had no priority,
-- and be put in its place with the next ones. Until then its id stands in one of these, too, by priority,
-- the first to be served first.
local UNPLACED = {
  P .. 'ultudy:unplaced:1', P .. 'ultudy:unplaced:2', P .. 'ultudy:unplaced:3',
}

-- What the scripts use that do more with a job than most calls do: to make functions takes as long as
-- commands.
local function placing()
  -- The list in which jobs wait: a paused queue's has another name.
  local function waiting()
    if redis.call('EXISTS', PAUSED) == 1 then
      return P .. 'paused'
    end
    return WAIT
  end

  -- Of a job; nothing, too, where there is something else under its name.
  local function field(id, name)
    local value = redis.pcall('HGET', P .. id, name)
    return type(value) == 'string' and value or nil
  end

  local function priority_of(id)
    return tonumber(field(id, 'priority') or 0) or 0
  end

  -- Of a lock; nothing, too, where that is none.
  local function holder_of(id)
    local lease = redis.pcall('GET', lock_of(id))
    return type(lease) == 'string' and lease or nil
  end

  -- Whether it was one.
  local function set(id, name, value)
    return type(redis.pcall('HSET', P .. id, name, value)) == 'number'
  end

  local function tell_waiting(token, id)
    redis.call('PUBLISH', P .. 'waiting@' .. token, id)
  end

  -- Takes a running job out of what says that it runs.
  local function let_go(id)
    redis.call('DEL', lock_of(id))
    redis.call('LREM', ACTIVE, -1, id)
    redis.call('SREM', STALLED, id)
    redis.pcall('HDEL', P .. id, 'lease')
  end

  local function forget(id)
    redis.call('DEL', P .. id, P .. id .. ':logs')
  end

  local function reversed(values)
    local turned, count = {}, #values
    for i = 1, count do
      turned[i] = values[count + 1 - i]
    end
    return turned
  end

  -- What it costs to put ids left of the `right` last ones: by moving the elements of the nearer end aside
  -- and back, which costs the same for however many ids, and which end that is; and by walking there from
  -- the left, for each.
  local function costs(list, right)
    local left = math.max(redis.call('LLEN', list) - right, 0)
    if right < left then
      return right * MOVE, left, 'right'
    end
    return left * MOVE, left, 'left'
  end

  -- The cheaper way for so many ids, unless that would be too much at once: which, and its cost.
  local function way(list, right, count)
    local moving, walking, side = costs(list, right)
    if moving > ENOUGH or moving > walking * count then
      return 'walk', walking * count
    end
    return side, moving
  end

  -- Takes so many off an end of a list; in pieces, the outermost first. An answer longer than 16 KiB
  -- costs Redis one more copy.
  local PIECE = 300
  local function take_right(list, count)
    local pieces = {}
    for at = 1, count, PIECE do
      pieces[#pieces + 1] = redis.call('LRANGE', list, -math.min(at + PIECE - 1, count), -at)
    end
    redis.call('LTRIM', list, 0, -count - 1)
    return pieces
  end
  local function take_left(list, count)
    local pieces = {}
    for at = 1, count, PIECE do
      pieces[#pieces + 1] = redis.call('LRANGE', list, at - 1, math.min(at + PIECE - 1, count) - 1)
    end
    redis.call('LTRIM', list, count, -1)
    return pieces
  end

  -- Puts ids, the first to be served first, left of the `right` last ones of the list. Gives back
  -- the cost.
  local function insert(list, ids, right)
    local length = redis.call('LLEN', list)
    right = math.min(right, length)
    local how, cost = way(list, right, #ids)
    if how == 'right' then
      local aside = take_right(list, right)
      push('RPUSH', list, reversed(ids))
      for at = #aside, 1, -1 do
        redis.call('RPUSH', list, unpack(aside[at]))
      end
    elseif how == 'left' then
      local aside = take_left(list, length - right)
      push('LPUSH', list, ids)
      for at = #aside, 1, -1 do
        redis.call('LPUSH', list, unpack(reversed(aside[at])))
      end
    else
      local before = redis.call('LINDEX', list, -right)
      for _, id in ipairs(ids) do
        redis.call('LINSERT', list, 'BEFORE', before, id)
        before = id
      end
    end
    return cost
  end

  -- How many waiting jobs go before a new one of this priority: without one (0), all others.
  local function ahead(list, priority)
    if priority > 0 then
      return redis.call('ZCOUNT', PRIORITY, '0', text(priority))
    end
    return redis.call('LLEN', list)
  end

  -- Makes jobs of one priority wait behind their like. Gives back the cost.
  local function enqueue(list, ids, priority)
    local cost = insert(list, ids, ahead(list, priority))
    if priority > 0 then
        local places, score = {}, text(priority)
      for at, id in ipairs(ids) do
        places[2 * at - 1], places[2 * at] = score, id
      end
      push('ZADD', PRIORITY, places)
    end
    return cost
  end

  -- Makes a job that had its turn wait before its like. Gives back the cost.
  local function enqueue_first(list, id, priority)
    if priority > 0 then
      local cost = insert(list, { id }, redis.call('ZCOUNT', PRIORITY, '0', '(' .. priority))
      redis.call('ZADD', PRIORITY, text(priority), id)
      return cost
    end
    return insert(list, { id }, redis.call('ZCARD', PRIORITY))
  end

  -- Makes a job wait until `due`. Jobs due at the same time come in the order of `counter`.
  local function delay_until(due, id, counter)
    redis.call('ZADD', DELAYED, text(due * 4096 + counter % 4096), id)
    redis.call('PUBLISH', DELAYED, text(due))
  end

  -- How many unplaced jobs there are of each priority, and of all.
  local function count_unplaced()
    local count, all = { 0, 0, 0 }, 0
    if redis.call('EXISTS', unpack(UNPLACED)) == 0 then
      return count, all
    end
    for priority = 1, LOW do
      count[priority] = redis.call('LLEN', UNPLACED[priority])
      all = all + count[priority]
    end
    return count, all
  end

  -- How far beyond them unplaced jobs are looked for, if others have come without a priority meanwhile.
  local BEYOND = 1000

  -- Takes these, of all those unplaced (`all`), out of the list. Gives back which of them were in it: what
  -- was not has been taken by somebody else.
  local function take_out(list, these, all)
    local wanted, there, missing = {}, {}, #these
    for _, id in ipairs(these) do
      wanted[id] = true
    end
    local kept = {}
    local function look(count)
      for _, piece in ipairs(take_left(list, count)) do
        for _, id in ipairs(piece) do
          if wanted[id] and not there[id] then
            there[id], missing = true, missing - 1
          else
            kept[#kept + 1] = id
          end
        end
      end
    end
    look(all)
    if missing > 0 then
      look(missing + BEYOND)
    end
    push('LPUSH', list, reversed(kept))
    return there
  end

  -- Puts unplaced jobs of the priorities from 1 to `last` in their places, as many as may be at this cost.
  -- Gives back how many are left of all, and the cost.
  local function settle(list, last, most)
    local count, all = count_unplaced()
    local due = 0
    for priority = 1, last do
      due = due + count[priority]
    end
    if due == 0 then
      return all, 0
    end
    local these, of, cost = {}, {}, all * MOVE
    local function choose(priority, some)
      local key = UNPLACED[priority]
      of[priority] = redis.call('LRANGE', key, 0, some - 1)
      redis.call('LTRIM', key, some, -1)
      for _, id in ipairs(of[priority]) do
        these[#these + 1] = id
      end
    end
    -- The cheaper ones first.
    for priority = last, 1, -1 do
      if count[priority] > 0 then
        local moving, walking = costs(list, ahead(list, priority))
        local left = most - cost
        local some = math.max((left - moving) / PUT, left / (walking + PUT))
        some = math.min(math.floor(some), count[priority])
        if some > 0 then
          choose(priority, some)
          cost = cost + math.min(moving, walking * some) + some * PUT
        end
      end
    end
    if #these == 0 then
      if most < ENOUGH then
        return all, 0
      end
      -- One in any case, however long the list is.
      for priority = last, 1, -1 do
        if count[priority] > 0 then
          choose(priority, 1)
          cost = most
          break
        end
      end
    end
    local there = take_out(list, these, all)
    for priority = 1, last do
      local still = {}
      for _, id in ipairs(of[priority] or {}) do
        -- Each once: one that was forgotten and added again may stand here twice.
        if there[id] then
          there[id] = nil
          still[#still + 1] = id
        end
      end
      if #still > 0 then
        enqueue(list, still, priority)
      end
    end
    return all - #these, cost
  end

  return {
    way = way,
    ahead = ahead,
    enqueue = enqueue,
    enqueue_first = enqueue_first,
    delay_until = delay_until,
    count_unplaced = count_unplaced,
    settle = settle,
    waiting = waiting,
    field = field,
    priority_of = priority_of,
    holder_of = holder_of,
    set = set,
    tell_waiting = tell_waiting,
    let_go = let_go,
    forget = forget,
  }
end
