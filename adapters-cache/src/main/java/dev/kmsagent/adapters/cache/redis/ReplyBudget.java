package dev.kmsagent.adapters.cache.redis;

import java.util.concurrent.atomic.AtomicLong;

/** The heap that all replies of Redis that are being received may take together. Thread-safe. */
final class ReplyBudget {
  /** One reply of the largest size, and beside it some thirty secrets of 30 KiB. */
  static final long BYTES = 4L << 20;

  private final AtomicLong reserved = new AtomicLong();

  /**
   * @throws UnacceptableReplyException when so much is not left
   */
  void reserve(long bytes) throws UnacceptableReplyException {
    if (reserved.addAndGet(bytes) > BYTES) {
      release(bytes);
      throw new UnacceptableReplyException("too many large replies at one time");
    }
  }

  void release(long bytes) {
    reserved.addAndGet(-bytes);
  }

  long reserved() {
    return reserved.get();
  }
}
