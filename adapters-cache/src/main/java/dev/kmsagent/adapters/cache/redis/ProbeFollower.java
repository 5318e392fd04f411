package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.shared.ChangeFeed;

/** Hears of one hash. For one thread. */
final class ProbeFollower implements ChangeFeed.Follower {
  private final String hash;
  private boolean heard;

  ProbeFollower(String hash) {
    this.hash = hash;
  }

  boolean heard() {
    return heard;
  }

  @Override
  public void connected() {}

  @Override
  public void lost() {}

  @Override
  public void changed(String changed) {
    heard |= changed.equals(hash);
  }

  @Override
  public void changedAll() {
    heard = true;
  }
}
