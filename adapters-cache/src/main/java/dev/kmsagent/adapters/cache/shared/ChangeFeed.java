package dev.kmsagent.adapters.cache.shared;

/** Tells of changes that anybody makes to the store. */
public interface ChangeFeed extends AutoCloseable {
  /** Begins to follow the store, for good: it takes the thread up again after every loss. */
  void follow(Follower follower);

  /** Ends it. */
  @Override
  void close();

  /** Who is told; each method must be quick. */
  interface Follower {
    /** From now on every change is told; what changed before was not. */
    void connected();

    /** From now on nothing is told. */
    void lost();

    /** A hash was changed, has lapsed or was dropped, perhaps by this agent. */
    void changed(String hash);

    /** Anything may have been changed. */
    void changedAll();
  }
}
