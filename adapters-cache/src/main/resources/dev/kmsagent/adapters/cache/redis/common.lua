-- Begins every script. A script answers a list that ends with the server's time. A key that is no
-- hash, or no lease, is deleted, in the background, as if it were not there. A value larger than any
-- envelope is deleted, and not moved, and so is one dated later than now, which a clock that was set
-- back has left. A hash with more fields than a secret can have readers of different versions is
-- deleted but for its tombstone, in the background. So no script does more than a bounded amount of
-- work, whatever is stored.

-- A secret has some versions, and two names; only a client that tries many asks for more.
local most_fields = 64
-- In microseconds: by which the clocks of the servers of one Redis may differ.
local skew = 1000000
-- In bytes: Envelope.LONGEST.
local longest_envelope = %d

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i, command in ipairs({'HLEN', 'GET'}) do
  local answer = KEYS[i] and redis.pcall(command, KEYS[i])
  if type(answer) == 'table' and string.find(answer.err, 'WRONGTYPE') then
    redis.call('UNLINK', KEYS[i])
  end
end
local function at(envelope) return tonumber(string.sub(envelope, 3, 18)) or 0 end
local function ends(envelope) return tonumber(string.sub(envelope, 19, 34)) or 0 end
local function revoked(envelope) return string.sub(envelope, 2, 2) == 'R' end
local function ahead(envelope) return at(envelope) > now + skew end
local function get(field)
  local length = redis.call('HSTRLEN', KEYS[1], field)
  if length == 0 then return false end
  local kept = length <= longest_envelope and redis.call('HGET', KEYS[1], field)
  if not kept or ahead(kept) then
    redis.call('HDEL', KEYS[1], field)
    return false
  end
  return kept
end
local function longest()
  return math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[3]))
end
local function crowded() return redis.call('HLEN', KEYS[1]) > most_fields end
local function bound()
  if crowded() then
    local life = longest()
    local gone = get('gone')
    redis.call('UNLINK', KEYS[1])
    if gone then
      redis.call('HSET', KEYS[1], 'gone', gone)
      redis.call('PEXPIRE', KEYS[1], life)
    end
  end
end
local function drop(test)
  bound()
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local kept = get(field)
    if kept and test(kept) then redis.call('HDEL', KEYS[1], field) end
  end
end
local function put(life)
  drop(function(kept) return ends(kept) < now and not revoked(kept) end)
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], life)
end
