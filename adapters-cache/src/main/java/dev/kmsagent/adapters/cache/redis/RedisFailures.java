package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.net.SocketTimeoutException;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** What an exception of Jedis says, without its text: that may quote what was sent. */
final class RedisFailures {
  /** Redis 6 puts the code of what stopped a script behind the place in the script. */
  private static final Pattern STOPPED_SCRIPT = Pattern.compile("@user_script: ?\\d+: -([A-Z]+) ");

  /** What Redis 6 and 7 say, without a code, where a script does what the user may not. */
  private static final Pattern FORBIDDEN_SCRIPT =
      Pattern.compile("The user executing the script can't|ACL failure in script");

  private RedisFailures() {}

  static Failed of(JedisException exception) {
    return answer(exception).map(RedisFailures::answered).orElseGet(() -> unanswered(exception));
  }

  /** The error that Redis answered with, if it did. */
  static Optional<JedisDataException> answer(JedisException exception) {
    return first(exception, JedisDataException.class);
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

  private static Failed answered(JedisDataException exception) {
    var code = code(exception);
    return new Failed(cause(code), "Redis answered " + (code.isEmpty() ? "an error" : code) + ".");
  }

  /** The first word of an error is its code, in capitals; of a script, the code of what failed. */
  static String code(JedisDataException answer) {
    var text = answer.getMessage() == null ? "" : answer.getMessage();
    if (FORBIDDEN_SCRIPT.matcher(text).find()) {
      return "NOPERM";
    }
    var stopped = STOPPED_SCRIPT.matcher(text);
    return stopped.find() ? stopped.group(1) : text.replaceFirst("[^A-Z].*", "");
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

  /**
   * Whether a connection broke that may have been dead for long, or was not made, and another one
   * may work. What was asked and not answered in time is not asked again.
   */
  static boolean isBrokenConnection(JedisException exception) {
    return exception instanceof JedisConnectionException
        && causes(exception).noneMatch(SocketTimeoutException.class::isInstance);
  }

  static boolean isAmong(Throwable exception, Class<? extends Throwable> type) {
    return first(exception, type).isPresent();
  }

  /** Where Jedis tried several addresses or servers, it suppresses what came of each. */
  private static <T extends Throwable> Optional<T> first(Throwable exception, Class<T> type) {
    for (var cause = exception; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
      for (var tried : cause.getSuppressed()) {
        var found = first(tried, type);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Stream<Throwable> causes(Throwable exception) {
    return Stream.<Throwable>iterate(exception, cause -> cause != null, Throwable::getCause);
  }
}
