-- Extends leases. ARGV: prefix, lease in ms, then a job's id and the lease's name of each. Gives
-- back the places, from 0, of those that are no longer held.

local refused = {}
for at = 3, #ARGV, 2 do
  local lock = lock_of(ARGV[at])
  -- Something else may be there, which must not take the others along.
  if redis.pcall('GET', lock) == ARGV[at + 1] then
    redis.call('PEXPIRE', lock, ARGV[2])
  else
    refused[#refused + 1] = (at - 3) / 2
  end
end
return refused
