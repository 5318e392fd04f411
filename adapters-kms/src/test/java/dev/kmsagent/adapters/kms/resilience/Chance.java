package dev.kmsagent.adapters.kms.resilience;

import java.util.random.RandomGenerator;

/** Chance that leaves nothing to it. */
enum Chance implements RandomGenerator {
  /** Always the smallest number there is. */
  LOWEST {
    @Override
    public long nextLong(long bound) {
      return 0;
    }

    @Override
    public double nextDouble() {
      return 0;
    }
  },
  /** Always the largest number below the bound. */
  HIGHEST {
    @Override
    public long nextLong(long bound) {
      return bound - 1;
    }

    @Override
    public double nextDouble() {
      return Math.nextDown(1.0);
    }
  };

  @Override
  public long nextLong() {
    throw new UnsupportedOperationException();
  }
}
