package dev.kmsagent.client;

/** The time of the JVM, and how threads wait; tests have others. */
class Waiting {
  long nanoTime() {
    return System.nanoTime();
  }

  void sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  /** How many milliseconds a request may take when so many are left. */
  long timeout(long millisLeft) {
    return Math.max(1, millisLeft);
  }
}
