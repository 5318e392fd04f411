package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

  /**
   * A value larger than any envelope is deleted, and not moved. A hash with more fields than a
   * secret can have readers of different versions is deleted but for its tombstone, in the
   * background. So no script does more than a bounded amount of work, whatever is stored.
   */
  private static final String COMMON =
      """
      local function at(envelope) return tonumber(string.sub(envelope, 3, 18)) or 0 end
      local function ends(envelope) return tonumber(string.sub(envelope, 19, 34)) or 0 end
      local function revoked(envelope) return string.sub(envelope, 2, 2) == 'R' end
      local function get(field)
        if redis.call('HSTRLEN', KEYS[1], field) > %d then
          redis.call('HDEL', KEYS[1], field)
          return false
        end
        return redis.call('HGET', KEYS[1], field)
      end
      local function bound()
        if redis.call('HLEN', KEYS[1]) > %d then
          local gone = get('gone')
          redis.call('UNLINK', KEYS[1])
          if gone then
            redis.call('HSET', KEYS[1], 'gone', gone)
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
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
      local function put()
        drop(function(kept) return ends(kept) < tonumber(ARGV[4]) end)
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
          redis.call('PEXPIRE', KEYS[1], ARGV[3])
        end
      end
      """
          .formatted(Envelope.LONGEST, MOST_FIELDS);

  /** KEYS: hash. ARGV: field, envelope, life in ms, now in us. */
  static final Script WRITE =
      new Script(
          """
      local new = at(ARGV[2])
      local gone = get('gone')
      if gone and at(gone) >= new then return 0 end
      local kept = get(ARGV[1])
      if kept and (at(kept) > new or at(kept) == new and revoked(kept)) then return 0 end
      put()
      return 1
      """);

  /** KEYS: hash. ARGV: field, envelope, life in ms, now in us, whether it must be stored. */
  static final Script REVOKE =
      new Script(
          """
      local new = at(ARGV[2])
      local all = ARGV[1] == 'gone'
      if ARGV[5] == '1' then
        local stored = all and redis.call('HLEN', KEYS[1]) or redis.call('HSTRLEN', KEYS[1], ARGV[1])
        if stored == 0 then return 0 end
      end
      if all then drop(function(kept) return at(kept) <= new end) end
      local kept = get(ARGV[1])
      if kept and at(kept) > new then return 0 end
      put()
      return 1
      """);

  /** KEYS: hash. ARGV: field. */
  static final Script READ = new Script("return {get(ARGV[1]), get('gone')}");

  /** KEYS: hash. ARGV: field, envelope. */
  static final Script DISCARD =
      new Script(
          """
      if get(ARGV[1]) ~= ARGV[2] then return 0 end
      return redis.call('HDEL', KEYS[1], ARGV[1])
      """);

  /** KEYS: hash, lease. ARGV: field, holder, life in ms. */
  static final Script CLAIM =
      new Script(
          """
      redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
      return {
        redis.call('GET', KEYS[2]) == ARGV[2] and 1 or 0,
        get(ARGV[1]),
        get('gone')
      }
      """);

  /** KEYS: lease. ARGV: holder. */
  static final Script RELEASE =
      new Script(
          """
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      return redis.call('UNLINK', KEYS[1])
      """);

  /**
   * KEYS: hash, lease. Reads both, since a server may answer and lack them, or the user the right.
   */
  static final Script PING =
      new Script(
          """
      get('gone')
      redis.call('GET', KEYS[2])
      return 1
      """);

  private final byte[] text;
  private final byte[] digest;

  private Script(String steps) {
    this.text = (COMMON + steps).getBytes(UTF_8);
    this.digest = digest(text);
  }

  /** Runs it, and sends its text to a server that does not know it yet. */
  Object run(UnifiedJedis redis, List<byte[]> keys, List<byte[]> arguments) {
    try {
      return redis.evalsha(digest, keys, arguments);
    } catch (JedisNoScriptException _) {
      return redis.eval(text, keys, arguments);
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
