package dev.kmsagent.bootstrap.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Gives each of its items in an order of chance, and then all of them again. */
final class Deck<T> {
  private final List<T> items;
  private final Random random;
  private final Deque<T> left = new ArrayDeque<>();

  Deck(List<T> items, Random random) {
    this.items = items;
    this.random = random;
  }

  T next() {
    if (left.isEmpty()) {
      var shuffled = new ArrayList<>(items);
      Collections.shuffle(shuffled, random);
      left.addAll(shuffled);
    }
    return left.remove();
  }
}
