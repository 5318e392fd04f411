package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AuditEventsTest {
  private final CapturedTrail log = new CapturedTrail();
  private final AgentEvents audit = new DirectEvents(List.of(new AuditEvents(log)));

  @Test
  void a_read_is_one_line_with_the_version_that_was_given() {
    read(Secrets.current("app/db"), found("v7"));
    assertThat(log.lines())
        .containsExactly(
            "secret_read secret=app/db version_stage=ACSCurrent"
                + " outcome=found version=v7 cache=hit");
  }

  @Test
  void a_version_that_was_asked_for_is_named() {
    var version =
        new VersionSelector(
            Optional.of(new VersionId("v1")), Optional.of(new Stage("ACSPrevious")));
    read(new SecretQuery(new SecretName("app/db"), version), found("v1"));
    read(Secrets.byId("app/db", "v1"), found("v1"));
    assertThat(log.lines())
        .containsExactly(
            "secret_read secret=app/db version_id=v1 version_stage=ACSPrevious"
                + " outcome=found version=v1 cache=hit",
            "secret_read secret=app/db version_id=v1 outcome=found version=v1 cache=hit");
  }

  @Test
  void a_read_without_a_secret_says_why() {
    read(Secrets.current("app/db"), Secrets.denied());
    read(Secrets.current("app/db"), Secrets.unreachable());
    assertThat(log.lines())
        .containsExactly(
            "secret_read secret=app/db version_stage=ACSCurrent outcome=refused"
                + " code=Forbidden.NoPermission"
                + " kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 cache=none",
            "secret_read secret=app/db version_stage=ACSCurrent outcome=unreachable"
                + " code= detail=KMS cannot be reached. cache=none");
  }

  @Test
  void what_is_no_read_is_no_line() {
    audit.publish(new RequestRejected(403, "Forbidden.Token"));
    assertThat(log.lines()).isEmpty();
  }

  private void read(SecretQuery query, Retrieval outcome) {
    audit.publish(new SecretRead(query, outcome, Duration.ofMillis(1)));
  }

  private static Found found(String version) {
    var secret = Secrets.text("app/db", version, "x");
    return new Found(Secrets.entry(secret, VirtualTime.START), CacheState.HIT);
  }
}
