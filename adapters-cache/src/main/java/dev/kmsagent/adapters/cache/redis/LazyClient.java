package dev.kmsagent.adapters.cache.redis;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A client that is opened with the first use, and again after that failed. Opening may take long,
 * since one server after the other is tried: all callers wait for the same attempt, and none for
 * longer than the timeout. Thread-safe.
 */
final class LazyClient implements AutoCloseable {
  private final Supplier<UnifiedJedis> opener;
  private final Executor executor;
  private final Duration timeout;
  private CompletableFuture<UnifiedJedis> attempt =
      CompletableFuture.failedFuture(new JedisConnectionException("not opened yet"));
  private volatile boolean closed;

  /**
   * @param opener throws a {@link JedisException} when it fails
   * @param executor for attempts, which block: virtual threads
   */
  LazyClient(Supplier<UnifiedJedis> opener, Executor executor, Duration timeout) {
    this.opener = opener;
    this.executor = executor;
    this.timeout = timeout;
  }

  /**
   * Gives the client, and waits for it to be opened.
   *
   * @throws JedisException when it cannot be opened, or not in time
   */
  UnifiedJedis get() {
    return await(attempt());
  }

  private synchronized CompletableFuture<UnifiedJedis> attempt() {
    if (attempt.isCompletedExceptionally() && !closed) {
      attempt = CompletableFuture.supplyAsync(this::open, executor);
    }
    return attempt;
  }

  private UnifiedJedis open() {
    var opened = opener.get();
    if (closed) {
      opened.close();
      throw new JedisConnectionException("closed");
    }
    return opened;
  }

  private UnifiedJedis await(CompletableFuture<UnifiedJedis> opening) {
    try {
      return opening.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      throw new JedisException(failed.getCause());
    } catch (TimeoutException _) {
      throw new JedisConnectionException(new SocketTimeoutException("not opened in time"));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new JedisException(interrupted);
    }
  }

  /** Closes the client, even if it is still being opened. */
  @Override
  public synchronized void close() {
    closed = true;
    var _ = attempt.thenAccept(UnifiedJedis::close);
  }
}
