package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.aliyun.credentials.utils.AuthUtils;
import dev.kmsagent.adapters.kms.credentials.EcsRoleCredentials;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.Role;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** credentials-java and the metadata of an instance. */
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class EcsRamRoleTest {
  @AutoClose private final Rig rig = new Rig();
  private final KeyIssuer issuer = issuer(Optional.empty());
  @AutoClose private KmsEmulator emulator;

  /** It has all the time that a busy machine needs. */
  private static KeyIssuer issuer(Optional<String> role) {
    return new EcsRoleCredentials(new CredentialSource.EcsRole(role)).issuer((_, _) -> () -> {});
  }

  private static KeyIssuer issuer(String role) {
    return issuer(Optional.of(role));
  }

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().metadata().role(Role.named("reader")).start();
    emulator.instance().attachRole("reader");
    rig.proxyMetadata(emulator.metadata().port());
  }

  private Map<String, Long> asked() {
    return emulator.metadata().calls().actions();
  }

  private static Optional<Principal> owner(Issue issue) {
    return assertThat(issue).asInstanceOf(type(Issue.Issued.class)).actual().owner();
  }

  private static NoSecret reason(Issue issue) {
    return assertThat(issue).asInstanceOf(type(Issue.NotIssued.class)).actual().reason();
  }

  private static void assertRefused(Issue issue, String... told) {
    assertThat(reason(issue))
        .isInstanceOfSatisfying(
            IdentityRefused.class, refused -> assertThat(refused.detail()).contains(told));
  }

  @Test
  void a_role_that_is_named_is_not_looked_for_and_owns_the_key() {
    assertThat(owner(issuer("reader").issue())).contains(new Principal("reader"));
    assertThat(asked()).containsOnlyKeys("PutToken", "GetCredentials");
  }

  @Test
  void a_role_that_replaces_another_owns_the_next_key() {
    assertThat(owner(issuer.issue())).contains(new Principal("reader"));
    emulator.roles().put(Role.named("writer"));
    emulator.instance().attachRole("writer");
    assertThat(owner(issuer.issue())).contains(new Principal("writer"));
  }

  @Test
  void a_name_that_no_role_can_have_names_no_owner() {
    var name = "r".repeat(65);
    emulator.roles().put(Role.named(name));
    emulator.instance().attachRole(name);
    assertThat(owner(issuer.issue())).isEmpty();
  }

  @Test
  void the_plain_mode_is_used_where_there_is_no_token() {
    emulator.metadata().faults().add(FaultRule.of(new Fault.Html(404)).onAction("PutToken"));
    assertThat(issuer.issue()).isInstanceOf(Issue.Issued.class);
  }

  @Test
  void where_only_the_guarded_mode_is_allowed_and_there_is_no_token_the_hop_limit_is_named() {
    emulator.instance().mode(EcsInstance.Mode.GUARDED_ONLY);
    emulator.metadata().faults().add(FaultRule.of(new Fault.Html(404)).onAction("PutToken"));
    assertRefused(issuer.issue(), "hop limit");
  }

  static Stream<Fault> no_answer_that_it_is_not_there() {
    return Stream.of(
        new Fault.Empty(403),
        new Fault.Html(429),
        new Fault.Html(500),
        new Fault.Redirect("http://127.0.0.1:1/"),
        new Fault.Hang(),
        new Fault.Reset());
  }

  @ParameterizedTest
  @MethodSource("no_answer_that_it_is_not_there")
  void the_plain_mode_is_not_used_where_the_guarded_mode_merely_fails(Fault fault) {
    emulator.metadata().faults().add(FaultRule.of(fault).onAction("PutToken"));
    assertThat(rig.ecsRole().issue()).isInstanceOf(Issue.NotIssued.class);
    assertThat(asked()).doesNotContainKeys("GetRoleName", "GetCredentials");
  }

  /** The variable itself is set in {@code ProcessIT}: a process cannot set its own. */
  @Test
  void the_plain_mode_is_not_used_where_it_is_forbidden() {
    emulator.metadata().faults().add(FaultRule.of(new Fault.Html(404)).onAction("PutToken"));
    AuthUtils.disableECSIMDSv1(true);
    try {
      assertThat(reason(issuer(Optional.empty()).issue()))
          .isInstanceOfSatisfying(
              Unavailable.class,
              why -> assertThat(why.detail()).contains("ALIBABA_CLOUD_IMDSV1_DISABLED"));
    } finally {
      AuthUtils.disableECSIMDSv1(false);
    }
    assertThat(asked()).doesNotContainKeys("GetRoleName", "GetCredentials");
  }

  @Test
  void a_role_that_the_instance_does_not_have_is_told() {
    assertRefused(issuer("other").issue(), "no RAM role other", "KMS.RoleName");
    emulator.instance().detachRole();
    assertRefused(issuer.issue(), "no RAM role", "attach");
  }
}
