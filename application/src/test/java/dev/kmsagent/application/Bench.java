package dev.kmsagent.application;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The use case on fakes and virtual time, with the settings of the configuration's defaults. */
public final class Bench {
  static final Duration TTL = Duration.ofMinutes(5);
  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  static final Duration STALE_AFTER = Duration.ofMillis(500);
  static final Duration MAX_STALE = Duration.ofDays(1);

  /** Unknown until the test names one. */
  private Optional<Principal> principal = Optional.empty();

  final VirtualTime time = new VirtualTime();
  final FakeSecretSource source = new FakeSecretSource(time);
  final FakeSecretCache cache = new FakeSecretCache();
  final NamePrincipal identity = () -> principal;
  final RecordingEvents events = new RecordingEvents();
  final RetrieveSecret retrieval;
  private final FreshnessPolicy policy;

  /** Gets each event as it happens. */
  Consumer<AgentEvent> listener = _ -> {};

  Bench() {
    this(TTL, MAX_STALE);
  }

  Bench(Duration ttl, Duration maxStale) {
    policy = new FreshnessPolicy(ttl, 0, 0.8, maxStale);
    retrieval = another();
  }

  /** That of another agent, with the same cache and the same KMS. */
  RetrieveSecret another() {
    return new CachedRetrieval(
            new RetrievalPorts(cache, Secrets::plain, identity, this::publish),
            time.timing(),
            new RetrievalSettings(policy, REQUEST_TIMEOUT, STALE_AFTER, 1000))
        .with(source);
  }

  void become(String name) {
    principal = Optional.of(new Principal(name));
  }

  private void publish(AgentEvent event) {
    events.publish(event);
    listener.accept(event);
  }

  /** What is at hand, if anything, is what is retrieved, at once and without a call. */
  CompletableFuture<Retrieval> ask(SecretQuery query, ReadMode mode) {
    var calls = calls();
    var atHand = retrieval.lookUp(query);
    assertThat(calls()).as("calls for what is at hand").isEqualTo(calls);
    var answer = retrieval.retrieve(query, mode).toCompletableFuture();
    if (mode == ReadMode.CACHED && atHand.isPresent()) {
      assertThat(now(answer)).isEqualTo(atHand.get());
      assertThat(calls()).as("calls where a value is at hand").isEqualTo(calls);
    }
    return answer;
  }

  CompletableFuture<Retrieval> ask(String name) {
    return ask(Secrets.current(name), ReadMode.CACHED);
  }

  CompletableFuture<Retrieval> refresh(String name) {
    return ask(Secrets.current(name), ReadMode.REFRESH_NOW);
  }

  /** What is answered without letting time pass. */
  Retrieval read(String name) {
    return now(ask(name));
  }

  static Retrieval now(CompletableFuture<Retrieval> answer) {
    assertThat(answer).as("the answer, at once").isCompleted();
    return answer.join();
  }

  int calls() {
    return source.callCount();
  }

  /** {@code answer} gave {@code value} in {@code state}. */
  public static void assertFound(Retrieval answer, String value, CacheState state) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Found.class,
            found -> {
              assertThat(value(found.entry())).isEqualTo(value);
              assertThat(found.state()).isEqualTo(state);
            });
  }

  /** The value in the form of {@link Secrets#plain}. */
  static String value(CacheEntry entry) {
    return UTF_8.decode(entry.representation().body()).toString();
  }
}
