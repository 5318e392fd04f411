package dev.kmsagent.bootstrap.simulation;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/** A source of nonces and names that gives the same ones for one seed. */
final class SeededRandom extends SecureRandom {
  private static final long serialVersionUID = 1;

  private final transient SplittableRandom source;

  SeededRandom(long seed) {
    this.source = new SplittableRandom(seed);
  }

  @Override
  public void nextBytes(byte[] bytes) {
    source.nextBytes(bytes);
  }
}
