-- KEYS: hash, lease. ARGV: field, holder, life in ms.
redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
return {
  redis.call('GET', KEYS[2]) == ARGV[2] and 1 or 0,
  get(ARGV[1]),
  get('gone'),
  now
}
