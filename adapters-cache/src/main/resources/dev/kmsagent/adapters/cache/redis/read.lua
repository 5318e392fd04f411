-- KEYS: hash. ARGV: field.
return {get(ARGV[1]), get('gone'), now}
