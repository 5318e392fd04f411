package dev.kmsagent.bootstrap.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Rotates secrets, has KMS refuse some for a while, and replaces the token. */
final class Changes {
  private static final Duration TICK = Duration.ofMillis(200);
  private static final int TICKS_BETWEEN_REFUSALS = 8;
  private static final int TICKS_BETWEEN_TOKENS = 60;
  private static final int LONGEST_REFUSAL = 40;

  private final Testbed testbed;
  private final Loops loops;
  private final Random random;
  private final List<Refused> refused = new ArrayList<>();
  private int tick;
  private long rotations;
  private long refusals;
  private long tokens;

  private record Refused(KmsSecret secret, int end) {}

  Changes(Testbed testbed, Loops loops, Random random) {
    this.testbed = testbed;
    this.loops = loops;
    this.random = random;
  }

  void start() {
    loops.repeat("changes", this::change);
  }

  private void change() throws InterruptedException {
    tick++;
    liftThoseThatEnd();
    var secret = testbed.secrets().get(random.nextInt(testbed.secrets().size()));
    var isFree = !secret.isRefused();
    if (isFree && tick % TICKS_BETWEEN_REFUSALS == 0) {
      refuse(secret);
    } else if (isFree) {
      secret.rotate();
      rotations++;
    }
    if (tick % TICKS_BETWEEN_TOKENS == 0) {
      testbed.token().replace("token-" + ++tokens + "-" + random.nextLong());
    }
    loops.pause(TICK);
  }

  private void refuse(KmsSecret secret) {
    // Agents remember the last refusal for a while.
    if (!secret.wasRefusedSince(System.nanoTime() - Testbed.MAX_STALE.toNanos() / 10)) {
      secret.refuse(random.nextBoolean());
      refused.add(new Refused(secret, tick + 5 + random.nextInt(LONGEST_REFUSAL)));
      refusals++;
    }
  }

  private void liftThoseThatEnd() {
    refused.stream().filter(one -> one.end() <= tick).forEach(one -> one.secret().lift());
    refused.removeIf(one -> one.end() <= tick);
  }

  /** After the end: KMS refuses nothing any more. */
  void liftAll() {
    refused.forEach(one -> one.secret().lift());
    refused.clear();
  }

  /** What it did. */
  Map<String, Long> counts() {
    return Map.of(
        "rotations of a secret", rotations,
        "refusals of a secret by KMS, later lifted", refusals,
        "changes of the token", tokens);
  }
}
