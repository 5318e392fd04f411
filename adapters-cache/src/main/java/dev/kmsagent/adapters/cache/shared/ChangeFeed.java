package dev.kmsagent.adapters.cache.shared;

/** Port: announces all changes of the store. Thread-safe. */
public interface ChangeFeed extends AutoCloseable {
  /** Follows the store, and reconnects after each loss, until it is closed. */
  void follow(Follower follower);

  @Override
  void close();

  /** Receives the changes; each method must be quick. */
  interface Follower {
    /** From now on every change is announced; earlier changes were not. */
    void connected();

    /** From now on nothing is announced. */
    void lost();

    /** A hash was changed, has expired or was dropped, perhaps by this agent. */
    void changed(String hash);

    /** Any entry may have changed. */
    void changedAll();
  }
}
