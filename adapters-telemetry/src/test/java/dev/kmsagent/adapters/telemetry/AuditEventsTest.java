package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuditEventsTest {
  private final CapturedTrail log = new CapturedTrail();

  /** The id and the stage that were asked for, the event and its line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
             | ACSCurrent  | read:HIT | secret_read secret=app/db version_stage=ACSCurrent outcome=found version=v1 cache=hit
          v1 | ACSPrevious | read:HIT | secret_read secret=app/db version_id=v1 version_stage=ACSPrevious outcome=found version=v1 cache=hit
          v1 |             | read:HIT | secret_read secret=app/db version_id=v1 outcome=found version=v1 cache=hit
             | ACSCurrent  | read:denied | secret_read secret=app/db version_stage=ACSCurrent outcome=refused code=Forbidden.NoPermission kms_request_id=0d4b1c2e-0000-4000-8000-000000000002 cache=none
             | ACSCurrent  | read:TIMEOUT | secret_read secret=app/db version_stage=ACSCurrent outcome=timeout code= detail=It is silent. cache=none
             | ACSCurrent  | rejected:403:Forbidden.Token |
          """)
  void a_read_is_one_line_and_what_is_no_read_is_none(
      @Nullable String id, @Nullable String stage, String event, @Nullable String line) {
    var version =
        new VersionSelector(
            Optional.ofNullable(id).map(VersionId::new),
            Optional.ofNullable(stage).map(Stage::new));
    var query = new SecretQuery(new SecretName("app/db"), version);
    Examples.direct(List.of(new AuditEvents(log))).publish(Examples.event(event, query));
    assertThat(log.lines()).isEqualTo(Optional.ofNullable(line).stream().toList());
  }
}
