package dev.kmsagent.client;

/** The time of a process: it passes in nanoseconds, and threads sleep. */
interface Waiting {
  /** That of the JVM. */
  Waiting REAL =
      new Waiting() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long millis) throws InterruptedException {
          Thread.sleep(millis);
        }
      };

  long nanoTime();

  void sleep(long millis) throws InterruptedException;
}
