package dev.kmsagent.adapters.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Failure;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.testkit.VirtualTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator sees of the roles of a node. */
final class FailingRolesTest {
  private final VirtualTime time = new VirtualTime();
  private final HealthEvents health =
      new HealthEvents(Configs.of(Configs.PODS), time, Optional.empty());

  private Dependency after(String story) {
    Examples.happen(story, Examples.direct(health.handlers()), time);
    return Objects.requireNonNull(health.readiness().dependencies().get("roles"));
  }

  /** The namespaces that are named. */
  private static List<String> namespaces(Dependency roles) {
    return roles.failing().stream().map(it -> it.replaceFirst(".*account:(.*?):.*", "$1")).toList();
  }

  @Test
  void each_is_named_with_its_subject_and_what_fails_since_when() {
    assertThat(after("5 grant-ended:shop 3 kms:bank:UNREACHABLE 2 kms:bank:THROTTLED"))
        .isEqualTo(
            new Dependency(
                Status.DEGRADED,
                "Roles that fail: 2.",
                Optional.of(
                    new Failure(
                        VirtualTime.START.plusSeconds(8), "throttled", "Slow", "throttling")),
                List.of(
                    "acs:ram::1:role/r as system:serviceaccount:bank:app: throttled (Slow), since"
                        + " 2026-01-01T00:00:08Z",
                    "acs:ram::1:role/r as system:serviceaccount:shop:app: identity_refused (NoPermission),"
                        + " since 2026-01-01T00:00:05Z")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          shop | kms:shop:denied                                   | refusals
          shop | kms:shop:TIMEOUT                                  | kms-down
          shop | grant-not-confirmed:shop:CREDENTIALS              | sts-down
               | grant-ended:shop granted:shop                     |
               | kms:shop:TIMEOUT kms:shop:FETCHED                 |
          shop | kms:shop:TIMEOUT kms:bank:FETCHED                 | kms-down
          shop | grant-ended:shop granted:bank                     | identity-refused
          shop | kms:shop:TIMEOUT 900                              | kms-down
               | kms:shop:TIMEOUT 901                              |
          shop | kms:shop:TIMEOUT 600 kms:shop:TIMEOUT 600         | kms-down
          """)
  void it_fails_until_its_next_success_or_until_it_is_not_used_any_more(
      @Nullable String failing, String story, @Nullable String symptom) {
    var roles = after(story);
    assertThat(namespaces(roles)).isEqualTo(failing == null ? List.of() : List.of(failing));
    assertThat(roles.failure().map(Failure::symptom)).isEqualTo(Optional.ofNullable(symptom));
    assertThat(roles.status()).isEqualTo(failing == null ? Status.UP : Status.DEGRADED);
  }

  @Test
  void a_namespace_that_fails_with_many_hides_none_of_another() {
    var _ = after("kms:shop:TIMEOUT grant-ended:bank");
    for (int i = 0; i < 1000; i++) {
      var _ = after("grant-ended:evil" + i % 3);
      var role = new Principal("acs:ram::1:role/made-up-" + i);
      Examples.direct(health.handlers())
          .publish(
              new CallerEvent.GrantEnded(
                  new Subject("evil", "app"), role, Examples.reason("not-us")));
    }
    var roles = after("");
    assertThat(roles.detail()).isEqualTo("Roles that fail: 100 or more.");
    assertThat(namespaces(roles)).hasSize(20).contains("shop", "bank");
  }

  @Test
  void forty_roles_are_counted_and_twenty_named() {
    var story =
        String.join(" ", IntStream.range(0, 40).mapToObj(i -> "grant-ended:n" + i).toList());
    var roles = after(story);
    assertThat(roles.detail()).isEqualTo("Roles that fail: 40.");
    assertThat(namespaces(roles)).hasSize(20).startsWith("n39", "n38");
  }
}
