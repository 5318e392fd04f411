package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.net.SocketTimeoutException;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** What an exception of Jedis says, without its text: that may quote what was sent. */
final class RedisFailures {
  private RedisFailures() {}

  static Failed of(JedisException exception) {
    return causes(exception)
        .filter(JedisDataException.class::isInstance)
        .map(JedisDataException.class::cast)
        .findFirst()
        .map(RedisFailures::answered)
        .orElseGet(() -> unanswered(exception));
  }

  private static Failed unanswered(JedisException exception) {
    if (isAmong(exception, SocketTimeoutException.class)) {
      return new Failed(Cause.TIMEOUT, "Redis did not answer in time.");
    }
    if (isAmong(exception, NoSuchElementException.class)) {
      return new Failed(Cause.TIMEOUT, "No connection to Redis became free in time.");
    }
    return new Failed(Cause.UNREACHABLE, "Redis cannot be reached.");
  }

  /** The first word of an error is its code, in capitals. */
  private static Failed answered(JedisDataException exception) {
    var text = exception.getMessage() == null ? "" : exception.getMessage();
    var code = text.replaceFirst("[^A-Z].*", "");
    return new Failed(cause(code), "Redis answered " + (code.isEmpty() ? "an error" : code) + ".");
  }

  private static Cause cause(String code) {
    return switch (code) {
      case "NOAUTH", "WRONGPASS" -> Cause.DENIED;
      case "NOPERM" -> Cause.FORBIDDEN;
      case "OOM" -> Cause.FULL;
      case "READONLY" -> Cause.READ_ONLY;
      case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "MOVED", "ASK" ->
          Cause.NOT_READY;
      default -> Cause.ERROR;
    };
  }

  /** Whether a connection broke that may have been dead for long, and another one would work. */
  static boolean isBrokenConnection(JedisException exception) {
    return exception instanceof JedisConnectionException
        && !isAmong(exception, SocketTimeoutException.class);
  }

  private static boolean isAmong(Throwable exception, Class<? extends Throwable> type) {
    return causes(exception).anyMatch(type::isInstance);
  }

  private static Stream<Throwable> causes(Throwable exception) {
    return Stream.<Throwable>iterate(exception, cause -> cause != null, Throwable::getCause);
  }
}
