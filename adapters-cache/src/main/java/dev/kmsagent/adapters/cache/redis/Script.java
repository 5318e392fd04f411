package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The Lua scripts, each of which Redis runs as one atomic step. They read the header of an envelope
 * alone: its kind and its dates in digits. All keys of a script are in one slot of a cluster.
 */
final class Script {
  /** A secret has some versions, and two names; only a client that tries many asks for more. */
  private static final int MOST_FIELDS = 64;

  /** By which the clocks of the servers of one Redis may differ. */
  private static final Duration SKEW = Duration.ofSeconds(1);

  /**
   * Every script answers a list that ends with the server's time. A key that is no hash, or no
   * lease, is deleted, in the background, as if it were not there. A value larger than any envelope
   * is deleted, and not moved, and so is one dated later than now, which a clock that was set back
   * has left. A hash with more fields than a secret can have readers of different versions is
   * deleted but for its tombstone, in the background. So no script does more than a bounded amount
   * of work, whatever is stored.
   */
  private static final String COMMON =
      """
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
      local function ahead(envelope) return at(envelope) > now + %d end
      local function get(field)
        local length = redis.call('HSTRLEN', KEYS[1], field)
        if length == 0 then return false end
        local kept = length <= %d and redis.call('HGET', KEYS[1], field)
        if not kept or ahead(kept) then
          redis.call('HDEL', KEYS[1], field)
          return false
        end
        return kept
      end
      local function longest()
        return math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[3]))
      end
      local function crowded() return redis.call('HLEN', KEYS[1]) > %d end
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
      """
          .formatted(SKEW.toNanos() / 1000, Envelope.LONGEST, MOST_FIELDS);

  /** KEYS: hash. ARGV: field, envelope, life in ms. */
  static final Script WRITE =
      new Script(
          """
      local new = at(ARGV[2])
      if ahead(ARGV[2]) then return {'AHEAD', now} end
      local gone = get('gone')
      if gone and at(gone) >= new then return {'OUTDATED', now} end
      local kept = get(ARGV[1])
      if kept and (at(kept) > new or at(kept) == new and revoked(kept)) then
        return {'OUTDATED', now}
      end
      put(longest())
      return {'KEPT', now}
      """);

  /**
   * KEYS: hash. ARGV: field, envelope, life in ms, whether an entry must be stored. A tombstone
   * lives as long as any entry of its hash may have lived. One that is there already is not written
   * again, which would announce a change; nor is one of a version to a hash that has too many
   * fields and not that one: agents that know of too many would have it dropped and filled without
   * end.
   */
  static final Script REVOKE =
      new Script(
          """
      local new = at(ARGV[2])
      if ahead(ARGV[2]) then return {'AHEAD', now} end
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
      """);

  /** KEYS: hash. ARGV: field. */
  static final Script READ = new Script("return {get(ARGV[1]), get('gone'), now}");

  /** KEYS: hash. ARGV: field, envelope. */
  static final Script DISCARD =
      new Script(
          """
      if get(ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
      return {now}
      """);

  /** KEYS: hash, lease. ARGV: field, holder, life in ms. */
  static final Script CLAIM =
      new Script(
          """
      redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
      return {
        redis.call('GET', KEYS[2]) == ARGV[2] and 1 or 0,
        get(ARGV[1]),
        get('gone'),
        now
      }
      """);

  /** KEYS: hash, lease. ARGV: holder. */
  static final Script RELEASE =
      new Script(
          """
      if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('UNLINK', KEYS[2]) end
      return {now}
      """);

  /**
   * KEYS: hash, lease. Reads both, since a server may answer and lack them, or the user the right.
   */
  static final Script PING =
      new Script(
          """
      get('gone')
      redis.call('GET', KEYS[2])
      return {now}
      """);

  private final byte[] text;
  private final byte[] digest;

  private Script(String steps) {
    this.text = (COMMON + steps).getBytes(UTF_8);
    this.digest = digest(text);
  }

  /** Runs it, and sends its text to a server that does not know it yet. */
  List<?> run(UnifiedJedis redis, List<byte[]> keys, List<byte[]> arguments) {
    try {
      return (List<?>) redis.evalsha(digest, keys, arguments);
    } catch (JedisNoScriptException _) {
      return (List<?>) redis.eval(text, keys, arguments);
    }
  }

  private static byte[] digest(byte[] text) {
    try {
      var hash = MessageDigest.getInstance("SHA-1").digest(text);
      return HexFormat.of().formatHex(hash).getBytes(UTF_8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
