package dev.kmsagent.client;

/** The time of the JVM, and how threads wait; tests have others. */
class Waiting {
  long nanoTime() {
    return System.nanoTime();
  }

  void sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }
}
