package dev.kmsagent.adapters.cache.shared;

/** Port: announces the changes that anybody makes to the store. */
public interface ChangeFeed extends AutoCloseable {
  /** Begins to follow the store, and goes on after every loss, until it is closed. */
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
