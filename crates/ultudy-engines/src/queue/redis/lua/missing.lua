-- What the queue may lack. ARGV: prefix, ms for which this is asked by nobody else. Gives back
-- 'everything' if the mark is gone that Redis had all jobs, 'recent' otherwise, and 'nothing'
-- while somebody else has been told.

if not redis.call('SET', P .. 'ultudy:reconciling', '1', 'PX', ARGV[2], 'NX') then
  return 'nothing'
end
if redis.call('EXISTS', P .. 'ultudy:complete') == 1 then
  return 'recent'
end
return 'everything'
