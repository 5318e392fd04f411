package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Classifies exceptions of Jedis. It leaves out their text, which may quote what was sent. */
final class RedisFailures {
  /** Redis 6 puts the code of a command's error after the line of the script. */
  private static final Pattern STOPPED_SCRIPT = Pattern.compile("@user_script: ?\\d+: -?([A-Z]+) ");

  /** What Redis 6 and 7 answer, without a code, where the user lacks the right to a command. */
  private static final Pattern FORBIDDEN_SCRIPT =
      Pattern.compile("The user executing the script can't|ACL failure in script");

  /** What comes after the code, and what is too long for one. */
  private static final Pattern NO_CODE = Pattern.compile("([A-Z]{0,32}).*", Pattern.DOTALL);

  private RedisFailures() {}

  /** Why an exchange failed. */
  static Failed of(RuntimeException exception) {
    return answer(exception).map(RedisFailures::answered).orElseGet(() -> unanswered(exception));
  }

  /** The error that Redis answered, if it did. */
  private static Optional<JedisDataException> answer(RuntimeException exception) {
    return first(exception, JedisDataException.class);
  }

  /** What the library says of it; empty if Redis answered: an answer may quote what was sent. */
  static String message(RuntimeException exception) {
    if (answer(exception).isPresent()) {
      return "";
    }
    return first(exception, IOException.class)
        .map(broken -> broken.getClass().getSimpleName() + ": " + broken.getMessage())
        .or(() -> first(exception, JedisException.class).map(Throwable::getMessage))
        .orElse("");
  }

  /** An executor that rejects an exchange belongs to an agent that stops. */
  private static Failed unanswered(RuntimeException exception) {
    if (isUnacceptableReply(exception)) {
      return new Failed(Cause.UNREACHABLE, "What answers is not Redis, or answers too much.");
    }
    if (!(exception instanceof JedisException || exception instanceof RejectedExecutionException)) {
      return new Failed(Cause.ERROR, "Redis answered with another type than asked for.");
    }
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

  /** The code is the first word, in capitals; for a script, the code of the command's error. */
  private static String code(JedisDataException answer) {
    var text = answer.getMessage() == null ? "" : answer.getMessage();
    if (FORBIDDEN_SCRIPT.matcher(text).find()) {
      return "NOPERM";
    }
    var stopped = STOPPED_SCRIPT.matcher(text);
    return stopped.find() ? stopped.group(1) : NO_CODE.matcher(text).replaceFirst("$1");
  }

  private static Cause cause(String code) {
    return switch (code) {
      case "NOAUTH", "WRONGPASS" -> Cause.DENIED;
      case "NOPERM" -> Cause.FORBIDDEN;
      case "OOM" -> Cause.FULL;
      case "READONLY" -> Cause.READ_ONLY;
      case "CLOCK" -> Cause.CLOCK;
      case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "MOVED", "ASK" ->
          Cause.NOT_READY;
      default -> Cause.ERROR;
    };
  }

  /**
   * Whether a connection was dead already or could not be made, so that another one may work. A
   * command that was not answered in time is not repeated.
   */
  static boolean isBrokenConnection(JedisException exception) {
    return exception instanceof JedisConnectionException
        && !isUnacceptableReply(exception)
        && Stream.<Throwable>iterate(exception, Objects::nonNull, Throwable::getCause)
            .noneMatch(SocketTimeoutException.class::isInstance);
  }

  /** Whether a reply exceeded a bound, or was not of the protocol. */
  static boolean isUnacceptableReply(RuntimeException exception) {
    return isAmong(exception, UnacceptableReplyException.class);
  }

  private static boolean isAmong(Throwable exception, Class<? extends Throwable> type) {
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
}
