-- KEYS: hash. ARGV: field, envelope, life in ms, whether an entry must be stored.
-- A tombstone lives as long as any entry of its hash may have lived. One that is there already is not
-- written again, which would announce a change; nor is one of a version to a hash that has too many
-- fields and not that one: agents that know of too many would have it dropped and filled without end.
local new = at(ARGV[2])
if ahead(ARGV[2]) then return redis.error_reply('CLOCK it was set back') end
local all = ARGV[1] == 'gone'
local kept = get(ARGV[1])
if ARGV[4] == '1' then
  local entries = all and redis.call('HLEN', KEYS[1]) or 1
  if kept and revoked(kept) then entries = entries - 1 end
  if not kept and (entries == 0 or not all) then return {'UNNEEDED', now} end
  if entries == 0 then return {'STORED', now} end
end
if not all and not kept and crowded() then return {'STORED', now} end
local life = longest()
if all then
  drop(function(other) return at(other) <= new and not revoked(other) end)
end
if not kept or at(kept) < new or at(kept) == new and not revoked(kept) then put(life) end
return {'STORED', now}
