package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The Lua scripts, each of which Redis runs as one atomic step. They read the header of an envelope
 * alone: its kind and its dates in digits. All keys of a script are in one slot of a cluster. The
 * resource {@code common.lua} and then the one with the name of the script are its text.
 */
final class Script {
  static final Script READ = new Script("read");
  static final Script WRITE = new Script("write");
  static final Script REVOKE = new Script("revoke");
  static final Script DISCARD = new Script("discard");
  static final Script CLAIM = new Script("claim");
  static final Script RELEASE = new Script("release");

  private final byte[] text;
  private final byte[] digest;

  private Script(String name) {
    var common = resource("common").formatted(Envelope.LONGEST);
    this.text = (common + resource(name)).getBytes(UTF_8);
    this.digest = digest(text);
  }

  private static String resource(String name) {
    try (var lua = Script.class.getResourceAsStream(name + ".lua")) {
      return new String(requireNonNull(lua, name).readAllBytes(), UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
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
