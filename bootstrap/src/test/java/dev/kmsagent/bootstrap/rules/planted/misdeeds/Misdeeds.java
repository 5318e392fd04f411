package dev.kmsagent.bootstrap.rules.planted.misdeeds;

import dev.kmsagent.bootstrap.rules.planted.bootstrap.Anything;
import java.io.IOException;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Logger;

/** What only bootstrap may do, or nobody; and a random sequence that was passed in. */
final class Misdeeds {
  final Logger logger = Logger.getLogger("planted");
  final Runnable spin = Thread::onSpinWait;

  interface Sent extends PublicKey {}

  Misdeeds(Anything anything) throws Exception {
    throw new Exception("planted by " + anything.getClass());
  }

  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  List<Object> chance() {
    return List.of(Math.random(), ThreadLocalRandom.current(), new Random(), new Random(1));
  }

  Map<String, String> environment() {
    return System.getenv();
  }

  Process start() throws IOException {
    return new ProcessBuilder("true").start();
  }

  void fail() throws Exception {
    throw new Exception("planted");
  }
}
