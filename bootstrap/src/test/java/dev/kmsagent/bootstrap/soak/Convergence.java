package dev.kmsagent.bootstrap.soak;

import java.io.IOException;
import java.time.Duration;

/** After the last fault, every agent serves the current version of every secret again. */
final class Convergence {
  /** As long as an agent waits for keys, and then for its longest back-off. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final Testbed testbed;
  private final Judge judge;

  Convergence(Testbed testbed, Judge judge) {
    this.testbed = testbed;
    this.judge = judge;
  }

  /** Returns when it is so, or takes too long. */
  void await() throws IOException, InterruptedException {
    var begin = System.nanoTime();
    for (var target : testbed.targets()) {
      for (var secret : testbed.secrets()) {
        await(target, secret, begin);
      }
    }
  }

  private void await(Target target, KmsSecret secret, long begin)
      throws IOException, InterruptedException {
    var reply = read(target, secret);
    while (reply.isStale() || !secret.isCurrent(reply.value())) {
      if (System.nanoTime() - begin > LIMIT.toNanos()) {
        var what = "after the last fault, " + secret + " is not current: " + reply.verdict();
        judge.fail(target, begin, System.nanoTime(), what + " " + reply.cache());
        return;
      }
      Thread.sleep(INTERVAL);
      reply = read(target, secret);
    }
  }

  private ApplicationReply read(Target target, KmsSecret secret) throws IOException {
    var shown = ApplicationConnection.field(testbed.token().now().value());
    var path = ApplicationConnection.target(secret.name());
    return ApplicationReply.of(ApplicationConnection.getOnce(target.process().port(), path, shown));
  }
}
