-- KEYS: hash, lease.
-- Reads both, since a server may answer and lack them, or the user the right.
get('gone')
redis.call('GET', KEYS[2])
return {now}
