package dev.kmsagent.bootstrap.soak;

import java.util.concurrent.atomic.AtomicReference;

/** What an agent has shown to know of a secret by its answers. Thread-safe. */
final class Knowledge {
  /**
   * @param readAt when the call to KMS that returned the cached value began, at the earliest;
   *     {@link Long#MIN_VALUE} without a value
   * @param newest the highest version that was surely read after it had become current
   * @param newestAt when it was read, at the earliest
   * @param refusedFrom when a request began that was answered with the refusal of KMS
   * @param refusedAt when that answer arrived
   */
  record State(long readAt, int newest, long newestAt, long refusedFrom, long refusedAt) {
    private State with(long time, int version) {
      var isNewest = version > 0 && version >= newest;
      return new State(
          Math.max(time, readAt),
          isNewest ? version : newest,
          isNewest ? Math.max(time, newestAt) : newestAt,
          refusedFrom,
          refusedAt);
    }
  }

  private final AtomicReference<State> state =
      new AtomicReference<>(
          new State(Long.MIN_VALUE, 0, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE));

  State now() {
    return state.get();
  }

  /**
   * A value was served.
   *
   * @param version 0 if it may have been read before it was current
   */
  void served(long readAt, int version) {
    state.updateAndGet(
        old -> readAt > old.readAt || version > old.newest ? old.with(readAt, version) : old);
  }

  void refused(long from, long at) {
    state.updateAndGet(
        old ->
            from <= old.refusedFrom
                ? old
                : new State(old.readAt, old.newest, old.newestAt, from, at));
  }
}
