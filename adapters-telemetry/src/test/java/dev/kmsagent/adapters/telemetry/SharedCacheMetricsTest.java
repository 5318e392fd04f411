package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SharedCacheMetricsTest {
  private static final String PREFIX = "kms_agent_shared_cache_";
  private static final SecretQuery QUERY = Secrets.current("app/db");

  private final MetricsEvents metrics = new MetricsEvents(new VirtualTime(), "1.2.3");
  private final AgentEvents events = new DirectEvents(metrics.handlers());

  @Test
  void it_is_in_no_metric_of_an_agent_without_one() {
    events.publish(new KmsCalled(QUERY, Secrets.unreachable(), Duration.ofMillis(1)));
    assertThat(lines()).isNotEmpty().noneMatch(line -> line.contains("shared_cache"));
  }

  @Test
  void all_counters_are_there_from_the_first_word_of_it() {
    events.publish(new SharedCacheAlone(false));
    assertThat(lines())
        .contains(
            PREFIX + "calls_total{operation=\"read\",outcome=\"done\"} 0.0",
            PREFIX + "calls_total{operation=\"lease\",outcome=\"not_ready\"} 0.0",
            PREFIX + "call_duration_seconds_count{operation=\"write\"} 0",
            PREFIX + "reads_total{result=\"unreadable\"} 0.0");
  }

  @Test
  void they_are_created_once_whatever_the_number_of_threads() {
    IntStream.range(0, 10_000)
        .parallel()
        .forEach(_ -> called(SharedCacheOperation.READ, new Done()));
    assertThat(lines())
        .contains(PREFIX + "calls_total{operation=\"read\",outcome=\"done\"} 10000.0");
  }

  @Test
  void calls_are_counted_by_operation_and_outcome() {
    called(SharedCacheOperation.READ, new Done());
    called(SharedCacheOperation.READ, new Done());
    called(SharedCacheOperation.WRITE, new Failed(Cause.READ_ONLY, "It is a replica."));
    assertThat(lines())
        .contains(
            PREFIX + "calls_total{operation=\"read\",outcome=\"done\"} 2.0",
            PREFIX + "calls_total{operation=\"write\",outcome=\"read_only\"} 1.0",
            PREFIX + "calls_total{operation=\"write\",outcome=\"done\"} 0.0");
  }

  @Test
  void calls_are_timed_whatever_came_of_them() {
    called(SharedCacheOperation.LEASE, new Done());
    called(SharedCacheOperation.LEASE, new Failed(Cause.TIMEOUT, "It is silent."));
    assertThat(lines())
        .contains(
            PREFIX + "call_duration_seconds_bucket{operation=\"lease\",le=\"0.0025\"} 0",
            PREFIX + "call_duration_seconds_bucket{operation=\"lease\",le=\"0.005\"} 2",
            PREFIX + "call_duration_seconds_sum{operation=\"lease\"} 0.006");
  }

  @Test
  void what_was_found_in_it_is_counted() {
    events.publish(new SharedEntryRead(QUERY, SharedRead.FOUND));
    events.publish(new SharedEntryRead(QUERY, SharedRead.OUTDATED));
    assertThat(lines())
        .contains(
            PREFIX + "reads_total{result=\"found\"} 1.0",
            PREFIX + "reads_total{result=\"outdated\"} 1.0",
            PREFIX + "reads_total{result=\"absent\"} 0.0");
  }

  @Test
  void it_is_alone_until_the_store_is_called_again() {
    called(SharedCacheOperation.READ, new Done());
    assertThat(lines()).contains(PREFIX + "coherence{state=\"alone\"} 0.0");
    events.publish(new SharedCacheAlone(true));
    assertThat(lines()).contains(PREFIX + "coherence{state=\"alone\"} 1.0");
    events.publish(new SharedCacheAlone(false));
    assertThat(lines()).contains(PREFIX + "coherence{state=\"alone\"} 0.0");
  }

  private void called(SharedCacheOperation operation, SharedCacheOutcome outcome) {
    events.publish(new SharedCacheCalled(operation, outcome, Duration.ofMillis(3)));
  }

  private List<String> lines() {
    return Scraped.lines(metrics);
  }
}
