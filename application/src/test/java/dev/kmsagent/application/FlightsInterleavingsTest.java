package dev.kmsagent.application;

import static dev.kmsagent.testkit.Interleavings.require;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Interleavings;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Tag("thorough")
@Isolated("the classes of the whole program are instrumented")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class FlightsInterleavingsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant DEADLINE = START.plusSeconds(10);

  /** Tells a refresh from a read. */
  private static final Instant LATER_DEADLINE = DEADLINE.plusMillis(1);

  private static final SecretQuery CURRENT = Secrets.current("db");
  private static final SecretQuery BY_ID = Secrets.byId("db", "v1");
  private static final FetchOutcome REFUSED = Secrets.gone();
  private static final RetrievalSettings SETTINGS =
      new RetrievalSettings(
          new FreshnessPolicy(Duration.ofHours(1), 0, 1, Duration.ofDays(1)),
          Duration.ofSeconds(10),
          Duration.ofMillis(500),
          1000);

  /** A call to KMS, the number of which is the value that it gives. */
  private record Call(int number, SecretQuery query, CompletableFuture<FetchOutcome> answer) {}

  /** A KMS whose calls other threads answer than those that make them. */
  private static final class OpenSource implements SecretSource {
    private final AtomicInteger made = new AtomicInteger();
    private final Queue<Call> open = new ConcurrentLinkedQueue<>();
    private final Set<Integer> refreshes = ConcurrentHashMap.newKeySet();

    @Override
    public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
      var call = new Call(made.incrementAndGet(), query, new CompletableFuture<>());
      open.add(call);
      if (deadline.equals(LATER_DEADLINE)) {
        refreshes.add(call.number());
      }
      require(
          open.stream().filter(other -> other.query().equals(query)).count() <= 1,
          "one call at a time for each query");
      return call.answer();
    }
  }

  /** A caller, and how many calls had been made before it came. */
  private record Caller(ReadMode mode, int made, CompletableFuture<Retrieval> result) {}

  /** Threads join flights for two versions of a secret, and answer the calls of others. */
  public static final class Operations {
    private final OpenSource source = new OpenSource();
    private final FakeSecretCache cache = new FakeSecretCache();
    private final AtomicInteger ticks = new AtomicInteger();
    private final InstantSource clock = () -> START.plusNanos(ticks.incrementAndGet());
    private final Flights flights;
    private final Queue<Caller> callers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger madeBeforeRefusal = new AtomicInteger();

    public Operations() {
      var ports = new RetrievalPorts(cache, Secrets::plain, Optional::empty, _ -> {});
      var timing = new TimeSources(Clocks.of(clock), (_, _) -> () -> {}, () -> 0.5);
      var limit = new ClientCallLimit(clock);
      var attempts = new AttemptHistory(timing, SETTINGS.cacheSize());
      var refusals = new NegativeCache(SETTINGS.cacheSize());
      var recorder = new OutcomeRecorder(ports, timing, SETTINGS, attempts, limit, refusals);
      var watches = new Watches(ports, timing, SETTINGS.requestTimeout());
      flights = new Flights(ports, timing, limit, recorder, watches);
    }

    @Operation
    public void read() {
      join(CURRENT, ReadMode.CACHED, () -> Instant.MIN, DEADLINE);
    }

    @Operation
    public void readById() {
      join(BY_ID, ReadMode.CACHED, () -> Instant.MIN, DEADLINE);
    }

    @Operation
    public void refresh() {
      join(CURRENT, ReadMode.REFRESH_NOW, clock, LATER_DEADLINE);
    }

    /** Another thread may make a call between the count and the look at the clock. */
    private void join(SecretQuery query, ReadMode mode, InstantSource readAfter, Instant deadline) {
      var made = source.made.get();
      var result =
          flights.join(
              new Flight(query, mode, readAfter.instant(), deadline, source, Optional.empty()));
      callers.add(new Caller(mode, made, result));
    }

    @Operation
    public void answer() {
      var call = source.open.poll();
      if (call != null) {
        var value = Integer.toString(call.number());
        call.answer().complete(new Fetched(Secrets.text("db", "v1", value)));
      }
    }

    /** What was read before is not cached after it, whenever it was answered. */
    @Operation
    public void refuse() {
      var call = source.open.poll();
      if (call != null) {
        madeBeforeRefusal.accumulateAndGet(source.made.get(), Math::max);
        call.answer().complete(REFUSED);
      }
    }

    @Validate
    public void everything_is_answered() {
      while (!source.open.isEmpty()) {
        answer();
      }
      callers.forEach(this::requireAnswered);
      require(!flights.isInFlight(CURRENT) && !flights.isInFlight(BY_ID), "no flight is left");
      requireLaterThanRefusal(CURRENT);
      requireLaterThanRefusal(BY_ID);
    }

    private void requireAnswered(Caller caller) {
      require(caller.result().isDone(), "every caller gets a result");
      if (caller.mode() == ReadMode.REFRESH_NOW
          && caller.result().join() instanceof Found(var entry, _)) {
        var call = number(entry);
        require(
            call > caller.made() || source.refreshes.contains(call),
            "no read that began before it answers a refresh");
      }
    }

    private void requireLaterThanRefusal(SecretQuery query) {
      cache
          .find(query)
          .ifPresent(
              entry -> require(number(entry) > madeBeforeRefusal.get(), "no refused value stays"));
    }

    private static int number(CacheEntry entry) {
      return Integer.parseInt(Bench.value(entry));
    }
  }

  @Test
  void one_call_at_a_time_answers_all_callers_however_threads_interleave() {
    Interleavings.check(Operations.class);
  }
}
