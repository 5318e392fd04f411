package dev.kmsagent.adapters.cache.shared;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells what the test wants to be told. Thread-safe. */
final class FakeChangeFeed implements ChangeFeed {
  private final List<Follower> followers = new CopyOnWriteArrayList<>();

  /** Tells all followers. */
  void tell(Consumer<Follower> news) {
    followers.forEach(news);
  }

  @Override
  public void follow(Follower follower) {
    followers.add(follower);
  }

  @Override
  public void close() {
    followers.clear();
  }
}
