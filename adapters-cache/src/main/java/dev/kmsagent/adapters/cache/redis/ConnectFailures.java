package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.redis.ConnectResult.Obstacle;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import javax.net.ssl.SSLException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** What stood in the way of a greeting, told from an exception of Jedis. */
final class ConnectFailures {
  private record Rule(Class<? extends Throwable> type, Obstacle obstacle) {}

  /** In order, since one exception can be several of these. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(CertificateExpiredException.class, Obstacle.OUT_OF_DATE),
          new Rule(CertificateNotYetValidException.class, Obstacle.OUT_OF_DATE),
          new Rule(CertPathBuilderException.class, Obstacle.UNTRUSTED),
          new Rule(CertificateException.class, Obstacle.OTHER_NAME),
          new Rule(SocketTimeoutException.class, Obstacle.TIMEOUT),
          new Rule(SSLException.class, Obstacle.NO_TLS),
          new Rule(UnknownHostException.class, Obstacle.UNKNOWN_NAME));

  private ConnectFailures() {}

  static ConnectResult.Stopped of(JedisException failure) {
    var obstacle =
        RedisFailures.answer(failure)
            .map(ConnectFailures::answered)
            .orElseGet(() -> unanswered(failure));
    return new ConnectResult.Stopped(obstacle, RedisFailures.of(failure).detail());
  }

  private static Obstacle unanswered(JedisException failure) {
    return RULES.stream()
        .filter(rule -> RedisFailures.isAmong(failure, rule.type()))
        .map(Rule::obstacle)
        .findFirst()
        .orElse(Obstacle.NO_CONNECTION);
  }

  private static Obstacle answered(JedisDataException answer) {
    return switch (RedisFailures.of(answer).cause()) {
      case DENIED ->
          RedisFailures.code(answer).equals("NOAUTH")
              ? Obstacle.LOGIN_WANTED
              : Obstacle.LOGIN_REFUSED;
      case FORBIDDEN -> Obstacle.FORBIDDEN;
      case NOT_READY -> Obstacle.NOT_READY;
      case UNREACHABLE, TIMEOUT, FULL, READ_ONLY, ERROR -> Obstacle.ERROR;
    };
  }
}
