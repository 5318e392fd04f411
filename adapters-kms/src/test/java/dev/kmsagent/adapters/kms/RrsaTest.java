package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.RrsaCredentials;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exchange of a pod's token at an STS with an authority of its own. */
final class RrsaTest {
  @AutoClose private final Rig rig = new Rig();
  private Optional<Path> trusted = Optional.of(Certificates.NAMED.caFile());
  private Duration life = Duration.ofHours(1);
  @AutoClose private KmsEmulator emulator;
  private Path tokenFile;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException, GeneralSecurityException {
    emulator =
        KmsEmulator.builder()
            .clock(InstantSource.fixed(VirtualTime.START))
            .sts(Certificates.NAMED.server())
            .role(Role.named("reader"))
            .start();
    tokenFile = folder.resolve("token");
    token().writeTo(tokenFile);
  }

  private IssuedToken token() {
    return emulator.oidc().tokenFor("shop", "web");
  }

  private Issue issue() {
    var endpoint = URI.create("http://" + emulator.endpoint());
    var settings = Rig.settings(endpoint, trusted, Optional.empty());
    var role = Rig.rrsa(emulator, "reader", tokenFile, life);
    try (var connection = rig.connection(settings, _ -> {})) {
      return new RrsaCredentials(role).issuer(connection).issue();
    }
  }

  private Issue.Issued issued() {
    return assertThat(issue()).asInstanceOf(type(Issue.Issued.class)).actual();
  }

  private NoSecret reason() {
    return assertThat(issue()).asInstanceOf(type(Issue.NotIssued.class)).actual().reason();
  }

  private void assertRefused(String... told) {
    assertThat(reason())
        .isInstanceOfSatisfying(
            IdentityRefused.class, refused -> assertThat(refused.detail()).contains(told));
  }

  private void assertPassing(String... told) {
    assertThat(reason())
        .isInstanceOfSatisfying(
            Unavailable.class,
            unavailable -> {
              assertThat(unavailable.cause()).isEqualTo(Cause.CREDENTIALS);
              assertThat(unavailable.detail()).contains(told);
            });
  }

  @Test
  void a_good_token_gives_a_key_with_its_true_end() throws IOException {
    Files.writeString(tokenFile, " " + token().text() + "\r\n");
    assertThat(issued().end()).isEqualTo(VirtualTime.START.plus(Duration.ofHours(1)));
  }

  @Test
  void a_key_is_asked_for_as_long_as_is_configured() {
    life = Duration.ofMinutes(15);
    assertThat(issued().end()).isEqualTo(VirtualTime.START.plus(life));
  }

  @Test
  void the_owner_is_the_role_where_sts_names_it() {
    assertThat(issued().owner())
        .isEqualTo(Optional.of(new Principal(emulator.roles().arn("reader"))));
    emulator.sts().faults().add(new Fault.Incomplete("AssumedRoleUser.Arn"));
    assertThat(issued().owner()).isEqualTo(Optional.empty());
  }

  @Test
  void without_a_token_its_file_is_named() throws IOException {
    Files.writeString(tokenFile, " \n");
    assertRefused(tokenFile.toString(), "is empty", "pod");
    Files.delete(tokenFile);
    assertRefused(tokenFile.toString(), "is not there");
    Files.createDirectory(tokenFile);
    assertRefused(tokenFile.toString(), "cannot be read");
  }

  @Test
  void a_refused_trust_names_what_the_policy_of_the_role_must_hold() {
    emulator.roles().put(Role.named("reader").trusting(TrustPolicy.everybody().subjects("x")));
    assertRefused(
        emulator.roles().arn("reader"),
        emulator.oidc().arn(),
        emulator.oidc().issuer(),
        "system:serviceaccount:shop:web");
  }

  @Test
  void whose_authority_is_unknown_gets_no_token() {
    trusted = Optional.empty();
    assertPassing("TLS", "KMS.CaFile");
    assertThat(emulator.sts().calls().total()).isZero();
  }
}
