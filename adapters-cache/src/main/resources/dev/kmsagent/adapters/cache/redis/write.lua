-- KEYS: hash. ARGV: field, envelope, life in ms.
local new = at(ARGV[2])
if ahead(ARGV[2]) then return redis.error_reply('CLOCK it was set back') end
local gone = get('gone')
if gone and at(gone) >= new then return {'OUTDATED', now} end
local kept = get(ARGV[1])
if kept and (at(kept) > new or at(kept) == new and revoked(kept)) then
  return {'OUTDATED', now}
end
put(longest())
return {'KEPT', now}
