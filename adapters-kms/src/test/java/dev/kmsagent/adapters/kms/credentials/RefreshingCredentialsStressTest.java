package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;

/** Many threads at one holder, and an issuer on threads of its own. */
final class RefreshingCredentialsStressTest {
  private static final int CALLERS = 64;
  private static final int ROUNDS = 50;

  private final VirtualTime time = new VirtualTime();
  private final FakeIssuer fake = new FakeIssuer(time);
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  private KeyIssuer.Issue issue() {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try {
      return fake.issue();
    } finally {
      atOnce.decrementAndGet();
    }
  }

  @RepeatedTest(5)
  void every_caller_is_answered_and_attempts_stay_single_and_few() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var credentials =
            new RefreshingCredentials(
                this::issue, threads, time.timing(), new RecordingEvents(), DurableRecord.NONE)) {
      fake.life(Duration.ofSeconds(20));
      for (var round = 0; round < ROUNDS; round++) {
        breakOrHeal(round);
        assertThat(inOneRush(threads, credentials)).hasSize(CALLERS);
        time.advance(Duration.ofSeconds(7));
      }
    }
    assertThat(mostAtOnce).hasValue(1);
    assertThat(fake.asked()).isBetween(10, ROUNDS * 7 / 60 * 6 + 6);
  }

  private void breakOrHeal(int round) {
    if (round % 10 == 5) {
      fake.failWith(FakeIssuer.DOWN);
    } else if (round % 10 == 7) {
      fake.heal();
    }
  }

  /** All obtain a key at the same moment, half of them to find it refused. */
  private static List<Outcome> inOneRush(ExecutorService threads, CredentialsProvider credentials)
      throws InterruptedException {
    var ready = new CyclicBarrier(CALLERS);
    var calls =
        IntStream.range(0, CALLERS)
            .<Callable<Outcome>>mapToObj(
                caller ->
                    () -> {
                      ready.await();
                      return call(credentials, caller % 2 == 0);
                    })
            .toList();
    return threads.invokeAll(calls).stream().map(Future::resultNow).toList();
  }

  private static Outcome call(CredentialsProvider credentials, boolean isRefused) {
    var outcome = Patience.join(credentials.obtain());
    return isRefused && outcome instanceof Outcome.Obtained(var held)
        ? Patience.join(credentials.refresh(held))
        : outcome;
  }
}
