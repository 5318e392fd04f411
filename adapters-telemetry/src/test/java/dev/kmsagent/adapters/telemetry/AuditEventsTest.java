package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.event.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

final class AuditEventsTest {
  private static final Duration PERIOD = Duration.ofSeconds(30);

  private final VirtualTime time = new VirtualTime();
  private final List<String> lines = new ArrayList<>();
  private final AuditEvents audit = new AuditEvents(this::write, time.timing());
  private final FanOutEvents events = new FanOutEvents(audit.handlers());

  private CompletionStage<Delivery> write(Kind kind, String event, List<KeyValuePair> fields) {
    assertThat(kind).isEqualTo(Kind.LOG);
    lines.add(event + fields);
    return CompletableFuture.completedStage(Delivery.WRITTEN);
  }

  private void reject(String code, int times) {
    for (int i = 0; i < times; i++) {
      events.publish(new RequestRejected(403, code, "no token", new Sender("10.0.0.7:1"), "r" + i));
    }
  }

  @Test
  void a_rejected_request_is_told_with_who_sent_it_and_why() {
    reject("Forbidden", 1);

    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .startsWith("request_rejected")
        .contains("10.0.0.7:1", "r0", "403", "Forbidden", "no token");
  }

  @Test
  void of_those_for_one_reason_ten_have_a_line_and_the_others_a_number_after_30_seconds() {
    reject("Forbidden", 25);
    reject("Malformed", 11);
    assertThat(lines).hasSize(20);

    time.advance(PERIOD);
    assertThat(lines).hasSize(21).endsWith("requests_rejected[count=\"16\"]");
    reject("Forbidden", 1);
    assertThat(lines).hasSize(22);
    time.advance(PERIOD);
    assertThat(lines).hasSize(22);
  }

  @Test
  void those_without_a_line_are_told_at_the_end_too() {
    reject("Forbidden", 12);
    audit.writeNotListed();

    assertThat(lines).endsWith("requests_rejected[count=\"2\"]");
    time.advance(PERIOD);
    assertThat(lines).hasSize(11);
  }

  /** 180 days of them take less than a gigabyte. */
  @Test
  void ten_thousand_a_day_have_a_line() {
    for (int i = 0; i < 1001; i++) {
      reject("Forbidden", 10);
      time.advance(PERIOD);
    }
    assertThat(lines).hasSize(10_001).endsWith("requests_rejected[count=\"10\"]");
    time.advance(Duration.ofDays(1));
    reject("Forbidden", 1);
    assertThat(lines.getLast()).startsWith("request_rejected");
  }

  @Test
  void a_new_token_is_told() {
    events.publish(new TokenReloaded());

    assertThat(lines).containsExactly("token_changed[]");
  }
}
