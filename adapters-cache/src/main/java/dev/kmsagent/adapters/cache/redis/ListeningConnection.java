package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.shared.ChangeFeed;
import java.io.IOException;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.PushConsumerContext;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection to one server on which Redis tells of keys that change (client-side caching in
 * broadcasting mode, over RESP3). One thread reads; another may ask for a sign of life.
 */
final class ListeningConnection extends Connection {
  private static final String INVALIDATE = "invalidate";

  private final ChangeFeed.Follower follower;
  private volatile boolean ended;

  /**
   * Connects.
   *
   * @throws JedisException when that fails
   */
  ListeningConnection(HostAndPort server, JedisClientConfig config, ChangeFeed.Follower follower) {
    super(server, config);
    this.follower = follower;
    addPushConsumer(this::take);
  }

  /**
   * Has the server tell of keys that begin with {@code prefix}, or {@link #beat} be answered, from
   * now on within {@code silence} milliseconds of each other.
   *
   * @throws JedisException when it does not
   */
  void begin(String prefix, int silence) {
    sendCommand(Command.CLIENT, "TRACKING", "ON", "BCAST", "PREFIX", prefix);
    var _ = getStatusCodeReply();
    setSoTimeout(silence);
  }

  /**
   * Waits for the answer to a sign of life, and hands on what is told before it.
   *
   * @throws JedisException when the connection is lost
   */
  void read() {
    var _ = readProtocolWithCheckingBroken();
  }

  /**
   * Asks for a sign of life.
   *
   * @throws JedisException when the connection is lost
   */
  void beat() {
    sendCommand(Command.PING);
    flush();
  }

  /** A connection would come back by itself when it is used once more, and nobody would read. */
  @Override
  public void connect() {
    if (ended) {
      throw new JedisConnectionException("ended");
    }
    super.connect();
  }

  @Override
  public void close() {
    end();
  }

  /** Ends it, whoever is reading. */
  void end() {
    ended = true;
    try {
      forceDisconnect();
    } catch (IOException _) {
      // It is ended all the same.
    }
  }

  private PushConsumerContext take(PushConsumerContext context) {
    var message = context.getMessage();
    if (INVALIDATE.equals(new String(message.getType(), UTF_8))) {
      if (message.getContent().get(1) instanceof List<?> hashes) {
        hashes.forEach(hash -> follower.changed(new String((byte[]) hash, UTF_8)));
      } else {
        follower.changedAll();
      }
      context.drop();
    }
    return context;
  }
}
