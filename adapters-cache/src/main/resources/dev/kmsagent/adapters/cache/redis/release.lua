-- KEYS: hash, lease. ARGV: holder.
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('UNLINK', KEYS[2]) end
return {now}
