-- Everything was pushed that was missing. ARGV: prefix, ms for which that is believed. Whoever asks
-- next what is missing is told at once: there may be jobs that were committed meanwhile.

redis.call('SET', P .. 'ultudy:complete', '1', 'PX', ARGV[2])
redis.call('DEL', P .. 'ultudy:reconciling')
