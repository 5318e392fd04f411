package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.port.out.SecretSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SecretSource} does. Behind the source under test is a KMS of the test's own,
 * empty at first, with room for {@link #CALLERS} calls at once.
 */
public interface SecretSourceContract {
  /** As many calls are made at once. */
  int CALLERS = 16;

  /** The largest value that KMS takes, in bytes. */
  int LARGEST = 30 * 1024;

  /** The deadline of calls that should not need it. */
  Duration AMPLE = Duration.ofSeconds(50);

  /** The deadline of calls that do. */
  Duration SHORT = Duration.ofMillis(300);

  /** The source under test: one for each test, the same throughout it. */
  SecretSource source();

  /** The clock by which the source judges deadlines. */
  InstantSource clock();

  /** Puts a text secret, of one version called {@code v1}, into KMS. */
  void hold(String name, String text);

  /** Puts a binary secret, of one version called {@code v1}, into KMS. */
  void hold(String name, byte[] bytes);

  /** Lets every call fail in a transient way from now on. */
  void breakDown();

  /** Leaves every call without an answer from now on. */
  void hang();

  /** Waits until {@code stage} is complete or {@code time} has passed, on the source's clock. */
  void await(CompletionStage<FetchOutcome> stage, Duration time);

  @Test
  default void a_secret_is_fetched_as_kms_holds_it() {
    hold("app/db", "hunter2 ü 密\n");
    var secret = fetched(Secrets.current("app/db"));
    assertThat(secret.name().value()).isEqualTo("app/db");
    assertThat(secret.version().value()).isEqualTo("v1");
    assertThat(secret.stages()).containsExactly(Stage.CURRENT);
    assertThat(secret.dataType()).isEqualTo(DataType.TEXT);
    assertThat(secret.value()).isEqualTo(new ConfidentialText("hunter2 ü 密\n"));
  }

  @Test
  default void binary_data_is_fetched_as_base64() {
    byte[] bytes = {0, 1, 2, (byte) 0xff};
    hold("app/bin", bytes);
    var secret = fetched(Secrets.current("app/bin"));
    assertThat(secret.dataType()).isEqualTo(DataType.BINARY);
    assertThat(Base64.getDecoder().decode(secret.value().reveal())).isEqualTo(bytes);
  }

  @Test
  default void a_value_of_any_size_is_fetched_whole() {
    for (var text : List.of("", "密".repeat(LARGEST / 3))) {
      hold("app/" + text.length(), text);
      assertThat(fetched(Secrets.current("app/" + text.length())).value())
          .isEqualTo(new ConfidentialText(text));
    }
  }

  @Test
  default void a_secret_that_is_not_there_is_refused() {
    assertThat(fetch(Secrets.current("app/nowhere")))
        .asInstanceOf(InstanceOfAssertFactories.type(Refused.class))
        .extracting(refused -> refused.error().status())
        .isEqualTo(404);
  }

  @Test
  default void a_transient_failure_makes_the_secret_unavailable() {
    hold("app/db", "hunter2");
    breakDown();
    assertThat(fetch(Secrets.current("app/db"))).isInstanceOf(Unavailable.class);
  }

  @Test
  default void a_call_without_an_answer_ends_at_the_deadline() {
    hang();
    assertThat(fetch(Secrets.current("app/db"), SHORT))
        .asInstanceOf(InstanceOfAssertFactories.type(Unavailable.class))
        .extracting(Unavailable::cause)
        .isEqualTo(Unavailable.Cause.DEADLINE);
  }

  @Test
  default void a_caller_who_turns_away_does_not_disturb_the_next() {
    hold("app/db", "hunter2");
    begin(Secrets.current("app/db"), AMPLE).toCompletableFuture().cancel(true);
    assertThat(fetched(Secrets.current("app/db")).value())
        .isEqualTo(new ConfidentialText("hunter2"));
  }

  @Test
  default void many_callers_at_once_each_get_their_own() throws InterruptedException {
    IntStream.range(0, CALLERS).forEach(i -> hold("app/" + i, "value " + i));
    var calls =
        IntStream.range(0, CALLERS)
            .<Callable<Secret>>mapToObj(i -> () -> fetched(Secrets.current("app/" + i)))
            .toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(threads.invokeAll(calls))
          .extracting(call -> call.resultNow().value())
          .containsExactlyElementsOf(
              IntStream.range(0, CALLERS)
                  .mapToObj(i -> new ConfidentialText("value " + i))
                  .toList());
    }
  }

  private CompletionStage<FetchOutcome> begin(SecretQuery query, Duration patience) {
    return source().fetch(query, clock().instant().plus(patience));
  }

  private FetchOutcome fetch(SecretQuery query) {
    return fetch(query, AMPLE);
  }

  private FetchOutcome fetch(SecretQuery query, Duration patience) {
    var stage = begin(query, patience);
    await(stage, patience);
    assertThat(stage.toCompletableFuture()).isCompleted();
    return stage.toCompletableFuture().join();
  }

  private Secret fetched(SecretQuery query) {
    return assertThat(fetch(query))
        .asInstanceOf(InstanceOfAssertFactories.type(Fetched.class))
        .actual()
        .secret();
  }
}
