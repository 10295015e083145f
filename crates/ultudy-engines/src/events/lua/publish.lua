-- Publishes in order. The channel is named as a key, so that a cluster sends all of them to
-- the same node: published on different ones they could overtake each other.
-- KEYS[1] the channel. ARGV: what to publish.
for _, told in ipairs(ARGV) do
    redis.call('PUBLISH', KEYS[1], told)
end
return 0
