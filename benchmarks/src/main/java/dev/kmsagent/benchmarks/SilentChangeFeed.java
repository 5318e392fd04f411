package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.cache.shared.ChangeFeed;

/** A feed that is connected at once, and has nothing to tell. */
final class SilentChangeFeed implements ChangeFeed {
  @Override
  public void follow(Follower follower) {
    follower.connected();
  }

  @Override
  public void close() {
    // Nothing was opened.
  }
}
