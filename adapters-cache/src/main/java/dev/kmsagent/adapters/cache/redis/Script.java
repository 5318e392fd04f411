package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

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
  /** Stores an envelope, drops expired ones, and extends the life of the hash. */
  private static final String COMMON =
      """
      local function at(envelope) return tonumber(string.sub(envelope, 3, 18)) or 0 end
      local function ends(envelope) return tonumber(string.sub(envelope, 19, 34)) or 0 end
      local function revoked(envelope) return string.sub(envelope, 2, 2) == 'R' end
      local function put()
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        local all = redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
          if ends(all[i + 1]) < tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], all[i]) end
        end
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
          redis.call('PEXPIRE', KEYS[1], ARGV[3])
        end
      end
      """;

  /** KEYS: hash. ARGV: field, envelope, life in ms, now in us. */
  static final Script WRITE =
      new Script(
          """
      local new = at(ARGV[2])
      local gone = redis.call('HGET', KEYS[1], 'gone')
      if gone and at(gone) >= new then return 0 end
      local kept = redis.call('HGET', KEYS[1], ARGV[1])
      if kept and (at(kept) > new or at(kept) == new and revoked(kept)) then return 0 end
      put()
      return 1
      """);

  /** KEYS: hash. ARGV: field, envelope, life in ms, now in us. */
  static final Script REVOKE =
      new Script(
          """
      local new = at(ARGV[2])
      if ARGV[1] == 'gone' then
        local all = redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
          if at(all[i + 1]) <= new then redis.call('HDEL', KEYS[1], all[i]) end
        end
      end
      local kept = redis.call('HGET', KEYS[1], ARGV[1])
      if kept and at(kept) > new then return 0 end
      put()
      return 1
      """);

  /** KEYS: hash. ARGV: field, envelope. */
  static final Script DISCARD =
      new Script(
          """
      if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
      return redis.call('HDEL', KEYS[1], ARGV[1])
      """);

  /** KEYS: hash, lease. ARGV: field, holder, life in ms. */
  static final Script CLAIM =
      new Script(
          """
      redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
      return {
        redis.call('GET', KEYS[2]) == ARGV[2] and 1 or 0,
        redis.call('HGET', KEYS[1], ARGV[1]),
        redis.call('HGET', KEYS[1], 'gone')
      }
      """);

  /** KEYS: lease. ARGV: holder. */
  static final Script RELEASE =
      new Script(
          """
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      return redis.call('DEL', KEYS[1])
      """);

  /**
   * KEYS: hash, lease. Reads both, since a server may answer and lack them, or the user the right.
   */
  static final Script PING =
      new Script(
          """
      redis.call('HMGET', KEYS[1], 'gone')
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
