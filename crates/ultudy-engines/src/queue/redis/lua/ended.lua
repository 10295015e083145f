-- Tells which of these jobs somebody else's worker has ended, each once. ARGV: prefix, then ids. Gives
-- back the place of each, from 0, how it ended (completed or failed), and its value or reason.

local LONGEST = 65536

local told = {}
for at = 2, #ARGV do
  local id = ARGV[at]
  local job = P .. id
  local known = redis.pcall('HMGET', job, 'finishedOn', 'lease')
  if not known.err and known[1] and known[2] ~= '' then
    local how, field = 'completed', 'returnvalue'
    if not redis.call('ZSCORE', P .. how, id) then
      how, field = 'failed', 'failedReason'
    end
    if redis.call('ZSCORE', P .. how, id) then
      redis.call('HSET', job, 'lease', '')
      local value = ''
      if redis.call('HSTRLEN', job, field) <= LONGEST then
        value = redis.call('HGET', job, field) or ''
      end
      told[#told + 1] = text(at - 2)
      told[#told + 1] = how
      told[#told + 1] = value
    end
  end
end
return told
