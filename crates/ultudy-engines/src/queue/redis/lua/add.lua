-- Adds jobs that are not there. One that somebody else's worker has ended is there until that end
-- has been told (ended.lua). ARGV: prefix, token, the options that all have, up to the opening quote
-- of the id, how many jobs may be left unplaced (place.lua); then id, priority, delay in ms and data of
-- each, the first to be served first within one priority. Gives back how many are unplaced: if more than
-- may be left, the others are for another call, which need add none, so that no call holds the server
-- for long.

local options, leave = ARGV[3], tonumber(ARGV[4])
local channel = P .. 'waiting@' .. ARGV[2]
-- What adding a job costs besides its place, and what that is worth.
local EACH, WORTH = 590, 170

local call = redis.call
local place = placing()
local list = place.waiting()
local stamp = ',"timestamp":' .. now_text .. '}'
local added = 0
-- Where the counter of all jobs stood.
local counted
-- By priority.
local ids = {}
for priority = 1, LOW do
  ids[priority] = {}
end

-- Whether it is to be added: it is not there ('new'), or it ended and is asked for again ('again').
local function wanted(job)
  if call('EXISTS', job) == 0 then
    return 'new'
  end
  local known = redis.pcall('HMGET', job, 'finishedOn', 'lease')
  if known.err then
    -- Something else is there, which would keep it away for ever.
    call('DEL', job)
    return 'new'
  end
  return known[1] and known[2] == '' and 'again'
end

local function add(id, priority, delay, data)
  local job = P .. id
  local as = wanted(job)
  if not as then
    return
  end
  if as == 'again' then
    call('ZREM', P .. 'completed', id)
    call('ZREM', P .. 'failed', id)
    place.forget(id)
  end
  call('HSET', job, 'name', '__default__', 'data', data,
    'opts', options .. id .. '","priority":' .. priority .. ',"delay":' .. delay .. stamp,
    'timestamp', now_text, 'delay', delay, 'priority', priority)
  added = added + 1
  if delay == '0' then
    local its = ids[tonumber(priority)]
    its[#its + 1] = id
    call('PUBLISH', channel, id)
  else
    counted = counted or tonumber(call('GET', P .. 'id') or 0)
    place.delay_until(now + tonumber(delay), id, counted + added)
  end
end

for at = 5, #ARGV, 4 do
  add(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
end
if added > 0 then
  call('INCRBY', P .. 'id', text(added))
end

-- What all those would cost that are unplaced if these are.
local count, all = place.count_unplaced()
local there_were = all > 0
local price = 0
for priority = 1, LOW do
  local its = count[priority] + #ids[priority]
  if its > 0 then
    local _, cost = place.way(list, place.ahead(list, priority), its)
    price = price + cost
    all = all + #ids[priority]
  end
end
local left = ENOUGH - added * EACH
if not there_were and price + all * PUT <= left and (leave == 0 or price <= all * WORTH) then
  for priority = 1, LOW do
    if #ids[priority] > 0 then
      place.enqueue(list, ids[priority], priority)
    end
  end
  return 0
end
for priority = 1, LOW do
  push('LPUSH', list, ids[priority])
  push('RPUSH', UNPLACED[priority], ids[priority])
end
if all > leave or price <= all * WORTH then
  return (place.settle(list, LOW, left))
end
return all
