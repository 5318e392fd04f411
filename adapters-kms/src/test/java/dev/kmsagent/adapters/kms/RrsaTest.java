package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.RrsaCredentials;
import dev.kmsagent.config.Proxy;
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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exchange of a pod's token at an STS with an authority of its own. */
final class RrsaTest {
  private final Rig rig = new Rig();
  private Optional<Path> trusted = Optional.of(Certificates.NAMED.caFile());
  private Proxy proxying = new Proxy.Direct();
  private String sessionName = "a-session";
  private KmsEmulator emulator;
  private String sts;
  private Path tokenFile;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException, GeneralSecurityException {
    emulator =
        KmsEmulator.builder().sts(Certificates.NAMED.server()).role(Role.named("reader")).start();
    sts = "localhost:" + emulator.sts().port();
    tokenFile = folder.resolve("token");
    token().writeTo(tokenFile);
  }

  @AfterEach
  void stop() throws IOException {
    rig.close();
    emulator.close();
  }

  private IssuedToken token() {
    return emulator.oidc().tokenFor("shop", "web");
  }

  private Issue issue() {
    var role =
        Rig.rrsa(
            emulator.roles().arn("reader"), emulator.oidc().arn(), tokenFile, sessionName, sts);
    var settings = Rig.settings(URI.create("http://" + emulator.endpoint()), trusted, proxying);
    try (var connection = rig.connection(settings, _ -> {})) {
      return new RrsaCredentials(role).issuer(connection, InstantSource.system()).issue();
    }
  }

  private Issue.Issued issued() {
    var issue = issue();
    assertThat(issue).isInstanceOf(Issue.Issued.class);
    return (Issue.Issued) issue;
  }

  private NoSecret reason() {
    var issue = issue();
    assertThat(issue).isInstanceOf(Issue.NotIssued.class);
    return ((Issue.NotIssued) issue).reason();
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
    var end = InstantSource.system().instant().plus(Duration.ofHours(1));
    assertThat(issued().end()).isBetween(end.minusSeconds(60), end.plusSeconds(60));
  }

  @Test
  void a_good_token_is_sent_through_the_proxy() throws IOException {
    try (var proxy = new Tunnel(emulator.sts().port(), "", rig.threads())) {
      proxying =
          new Proxy.Through("localhost", proxy.port(), new Proxy.Login.Anonymous(), List.of());
      sts = "sts.example";
      issued();
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("CONNECT sts.example:443 HTTP/1.1");
    }
  }

  @Test
  void the_owner_is_the_role_whatever_the_session_is_called_and_where_sts_names_it() {
    var role = Optional.of(new Principal(emulator.roles().arn("reader")));
    assertThat(issued().owner()).isEqualTo(role);
    sessionName = "web-7d9f-q8n5z";
    assertThat(issued().owner()).isEqualTo(role);
    emulator.sts().faults().add(new Fault.Incomplete("AssumedRoleUser.Arn"));
    assertThat(issued().owner()).isEqualTo(Optional.empty());
  }

  @Test
  void a_refusal_says_what_to_compare() throws IOException {
    token().audience("kubernetes").writeTo(tokenFile);
    assertRefused("audience", "sts.aliyuncs.com", "client IDs");
    token().issuer("https://elsewhere.example").writeTo(tokenFile);
    assertRefused("issuer", "fingerprints");
    token().writeTo(tokenFile);
    var other = TrustPolicy.everybody().subjects("system:serviceaccount:other:other");
    emulator.roles().put(Role.named("reader").trusting(other));
    assertRefused("trust policy", "issuer", "audience", "system:serviceaccount:NAMESPACE:NAME");
    emulator.roles().remove("reader");
    assertRefused("KMS.RoleArn");
  }

  @Test
  void a_refusal_of_an_expired_token_passes() throws IOException {
    token().expired().writeTo(tokenFile);
    assertPassing("has ended", "KMS.OidcTokenFile");
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
  void whose_authority_is_unknown_gets_no_token() {
    trusted = Optional.empty();
    assertPassing("TLS", "KMS.CaFile");
    assertThat(emulator.sts().calls().total()).isZero();
  }

  @Test
  void whose_certificate_names_another_host_gets_no_token() {
    sts = "127.0.0.1:" + emulator.sts().port();
    assertPassing("TLS");
    assertThat(emulator.sts().calls().total()).isZero();
  }
}
