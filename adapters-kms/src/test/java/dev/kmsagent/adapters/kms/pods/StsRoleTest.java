package dev.kmsagent.adapters.kms.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StsRoleTest {
  private static String nameOf(String namespace, String serviceAccount) {
    return StsRole.sessionName(new Subject(namespace, serviceAccount));
  }

  @Test
  void a_session_is_named_by_namespace_and_service_account_and_a_digest_of_a_long_name() {
    assertThat(nameOf("shop", "web")).isEqualTo("shop.web");
    assertThat(nameOf("a", "b")).isEqualTo("a.b");
    assertThat(nameOf("n".repeat(60), "abc")).hasSize(64).endsWith("n.abc");
    var one = nameOf("n".repeat(63), "web");
    var other = nameOf("n".repeat(63), "api");
    assertThat(one).hasSize(64).matches("n{47}-[0-9a-f]{16}").isNotEqualTo(other);
    assertThat(nameOf("n".repeat(63), "web")).isEqualTo(one);
    assertThat(nameOf("shop", "a.b-".repeat(63))).hasSize(64).matches("[A-Za-z0-9.@_-]{2,64}");
  }

  @Test
  void a_key_of_the_role_by_another_name_is_refused_with_that_name() {
    var role = new Principal("acs:ram::1:role/reader");
    var other = new Principal("acs:ram::1:role/Reader");
    assertThat(StsRole.ofAnother(role, Optional.of(role))).isEmpty();
    assertThat(StsRole.ofAnother(role, Optional.of(other)).orElseThrow())
        .isInstanceOfSatisfying(
            GrantOutcome.RoleRefused.class,
            refused -> assertThat(refused.reason().detail()).contains(other.value()));
    assertThat(StsRole.ofAnother(role, Optional.empty()).orElseThrow())
        .isInstanceOf(GrantOutcome.Undecided.class);
  }

  @ParameterizedTest
  @CsvSource({
    "AuthenticationFail.OIDCToken.Expires, TokenRefused",
    "AuthenticationFail.OIDCToken.Invalid, TokenRefused",
    "AuthenticationFail.OIDCToken.AudienceNotMatch, TokenRefused",
    "InvalidParameter.OIDCToken.Malformed, TokenRefused",
    "AuthenticationFail.NoPermission, RoleRefused",
    "EntityNotExist.Role, RoleRefused",
    "EntityNotExist.OIDCProvider, RoleRefused",
    "InvalidParameter.RoleArn, RoleRefused",
    "InvalidParameter.OIDCProviderArn, RoleRefused",
    "InvalidParameter.DurationSeconds, KeyRefused",
    "Unheard.Of, KeyRefused",
    "'', KeyRefused"
  })
  void what_sts_refuses_is_told_by_the_code(String code, String outcome) {
    var reason = new IdentityRefused(code, "No.");
    assertThat(StsRole.refused(reason).getClass().getSimpleName()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "AuthenticationFail.OIDCToken.Expired, TokenRefused",
    "Throttling.User, Undecided",
    "EntityNotExist.Role, Undecided",
    "'', Undecided"
  })
  void what_passes_decides_nothing_but_that_a_token_has_ended(String code, String outcome) {
    var reason = new Unavailable(Unavailable.Cause.CREDENTIALS, code, "Not now.");
    assertThat(StsRole.refused(reason).getClass().getSimpleName()).isEqualTo(outcome);
  }
}
