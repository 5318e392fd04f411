package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.PushConsumerContext;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection on which one Redis server announces the keys that change (client-side caching in
 * broadcasting mode, over RESP3). One thread reads; another may send heartbeats.
 */
final class ListeningConnection extends Connection {
  private static final String INVALIDATE = "invalidate";

  private final Consumer<String> changed;
  private final Runnable changedAll;
  private volatile boolean ended;

  /**
   * Connects.
   *
   * @param changed receives each key that has changed
   * @param changedAll runs when any key may have changed
   * @throws JedisException when that fails
   */
  ListeningConnection(
      HostAndPort server, JedisClientConfig config, Consumer<String> changed, Runnable changedAll) {
    super(server, config);
    this.changed = changed;
    this.changedAll = changedAll;
    addPushConsumer(this::take);
  }

  /**
   * Subscribes to the keys that begin with {@code prefix}. From now on the connection is lost after
   * {@code silence} milliseconds without an announcement or an answer to a heartbeat.
   *
   * @throws JedisException when it does not
   */
  void begin(String prefix, int silence) {
    sendCommand(Command.CLIENT, "TRACKING", "ON", "BCAST", "PREFIX", prefix);
    flush();
    read();
    setSoTimeout(silence);
  }

  /**
   * Waits for the answer to a heartbeat, and passes on the announcements before it.
   *
   * @throws JedisException when the connection is lost
   */
  void read() {
    try {
      var _ = readProtocolWithCheckingBroken();
    } catch (ClassCastException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | NullPointerException unexpected) {
      throw new JedisConnectionException("an announcement of another type", unexpected);
    }
  }

  /**
   * Sends a heartbeat.
   *
   * @throws JedisException when the connection is lost
   */
  void beat() {
    sendCommand(Command.PING);
    flush();
  }

  /** The library would reconnect with the next use, and nobody would read. */
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

  /** Closes it from any thread. */
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
        hashes.forEach(hash -> changed.accept(new String((byte[]) hash, UTF_8)));
      } else {
        changedAll.run();
      }
      context.drop();
    }
    return context;
  }
}
