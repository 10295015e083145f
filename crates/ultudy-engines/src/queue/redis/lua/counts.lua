-- How many jobs stand where, as Bull's getJobCounts does. ARGV: prefix.

return {
  redis.call('LLEN', P .. 'wait'),
  redis.call('LLEN', ACTIVE),
  redis.call('ZCARD', DELAYED),
  redis.call('ZCARD', P .. 'completed'),
  redis.call('ZCARD', P .. 'failed'),
  redis.call('LLEN', P .. 'paused'),
}
