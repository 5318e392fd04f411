package dev.kmsagent.bootstrap.soak;

/**
 * How long applications waited for values from the cache: for fresh ones on kept and on new
 * connections, and for stale ones.
 */
record Latencies(Histogram kept, Histogram onNew, Histogram stale) {
  Latencies() {
    this(new Histogram(), new Histogram(), new Histogram());
  }
}
