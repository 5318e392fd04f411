-- KEYS: hash. ARGV: field, envelope.
if get(ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return {now}
