-- What the queue may lack. ARGV: prefix, ms for which this is asked by nobody else. Gives back
-- 'everything' if the mark is gone that Redis had all jobs, 'recent' otherwise, and 'nothing'
-- while somebody else has been told; and this server's time in ms.

-- Pushing everything may take so long; who ends meanwhile is followed by another then.
local EVERYTHING_MS = 30000

local told = P .. 'ultudy:reconciling'
if not redis.call('SET', told, '1', 'PX', ARGV[2], 'NX') then
  return { 'nothing', text(now) }
end
if redis.call('EXISTS', P .. 'ultudy:complete') == 1 then
  return { 'recent', text(now) }
end
redis.call('PEXPIRE', told, EVERYTHING_MS)
return { 'everything', text(now) }
