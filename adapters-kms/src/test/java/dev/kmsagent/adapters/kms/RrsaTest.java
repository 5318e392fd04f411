package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.RrsaCredentials;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.KmsConfig;
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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** credentials-java, through our transport, against an STS with an authority of its own. */
final class RrsaTest {
  private final Rig rig = new Rig();
  private KmsEmulator emulator;
  private Path tokenFile;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException, GeneralSecurityException {
    emulator =
        KmsEmulator.builder().sts(Certificates.NAMED.server()).role(Role.named("reader")).start();
    emulator.secrets().create("a", "text");
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

  private CredentialSource.Rrsa role() {
    return role("a-session");
  }

  private CredentialSource.Rrsa role(String sessionName) {
    return Rig.rrsa(
        emulator.roles().arn("reader"),
        emulator.oidc().arn(),
        tokenFile,
        sessionName,
        "localhost:" + emulator.sts().port());
  }

  private KmsConfig.Transport settings() {
    return Rig.settings(
        URI.create("http://" + emulator.endpoint()), fromFile(), new Proxy.Direct());
  }

  private Optional<Path> fromFile() {
    return Optional.of(Certificates.NAMED.caFile());
  }

  private Issue issue() {
    return issue(role(), settings());
  }

  private Issue issue(CredentialSource.Rrsa role, KmsConfig.Transport settings) {
    try (var connection = rig.connection(settings, _ -> {})) {
      return new RrsaCredentials(role).issuer(connection, InstantSource.system()).issue();
    }
  }

  private static NoSecret reason(Issue issue) {
    assertThat(issue).isInstanceOf(Issue.NotIssued.class);
    return ((Issue.NotIssued) issue).reason();
  }

  private static String refusal(Issue issue) {
    var reason = reason(issue);
    assertThat(reason).isInstanceOf(IdentityRefused.class);
    return ((IdentityRefused) reason).detail();
  }

  private static String passing(Issue issue) {
    var reason = reason(issue);
    assertThat(reason).isInstanceOf(Unavailable.class);
    assertThat(((Unavailable) reason).cause()).isEqualTo(Cause.CREDENTIALS);
    return ((Unavailable) reason).detail();
  }

  @Nested
  final class AGoodToken {
    @Test
    void gives_a_key_with_its_true_end() {
      assertThat(issue())
          .isInstanceOfSatisfying(
              Issue.Issued.class,
              issued ->
                  assertThat(issued.end())
                      .isAfter(now().plus(Duration.ofMinutes(59)))
                      .isBefore(now().plus(Duration.ofMinutes(61))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "\n%s", " %s\r\n", "\t%s \n\n"})
    void may_have_white_space_round_it(String padded) throws IOException {
      Files.writeString(tokenFile, padded.formatted(token().text()));
      assertThat(issue()).isInstanceOf(Issue.Issued.class);
    }

    @Test
    void is_sent_through_the_proxy() throws IOException {
      try (var proxy = new Tunnel(emulator.sts().port(), "", rig.threads())) {
        var through =
            new Proxy.Through("localhost", proxy.port(), new Proxy.Login.Anonymous(), List.of());
        var role =
            Rig.rrsa(role().roleArn(), role().oidcProviderArn(), tokenFile, "s1", "sts.example");
        assertThat(issue(role, with(fromFile(), through))).isInstanceOf(Issue.Issued.class);
        assertThat(proxy.heads())
            .singleElement()
            .asString()
            .startsWith("CONNECT sts.example:443 HTTP/1.1");
      }
    }

    private Instant now() {
      return InstantSource.system().instant();
    }
  }

  @Nested
  final class TheOwner {
    @ParameterizedTest
    @ValueSource(strings = {"web-7d9f-x2x4k", "web-7d9f-q8n5z"})
    void is_the_role_whatever_the_session_is_called(String sessionName) {
      assertThat(owner(issue(role(sessionName), settings())))
          .isEqualTo(Optional.of(new Principal(emulator.roles().arn("reader"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AssumedRoleUser", "AssumedRoleUser.Arn"})
    void is_not_named_where_sts_names_no_role_and_the_key_is_good_still(String missing) {
      emulator.sts().faults().add(new Fault.Incomplete(missing));
      assertThat(owner(issue())).isEqualTo(Optional.empty());
    }

    private static Optional<Principal> owner(Issue issue) {
      assertThat(issue).isInstanceOf(Issue.Issued.class);
      return ((Issue.Issued) issue).owner();
    }
  }

  @Nested
  final class ARefusal {
    @Test
    void for_its_audience_says_what_it_must_be() throws IOException {
      token().audience("kubernetes").writeTo(tokenFile);
      assertThat(refusal(issue())).contains("audience", "sts.aliyuncs.com", "client IDs");
    }

    @Test
    void for_its_issuer_says_what_to_compare() throws IOException {
      token().issuer("https://elsewhere.example").writeTo(tokenFile);
      assertThat(refusal(issue())).contains("issuer", "fingerprints");
    }

    @Test
    void for_the_trust_policy_says_what_it_must_fit() {
      emulator
          .roles()
          .put(
              Role.named("reader")
                  .trusting(
                      dev.kmsagent.emulator.identity.TrustPolicy.everybody()
                          .subjects("system:serviceaccount:other:other")));
      assertThat(refusal(issue()))
          .contains("trust policy", "issuer", "audience", "system:serviceaccount:NAMESPACE:NAME");
    }

    @Test
    void for_a_role_that_does_not_exist_names_the_setting() {
      emulator.roles().remove("reader");
      assertThat(refusal(issue())).contains("KMS.RoleArn");
    }

    @Test
    void of_an_expired_token_passes() throws IOException {
      token().expired().writeTo(tokenFile);
      assertThat(passing(issue())).contains("has ended", "KMS.OidcTokenFile");
    }
  }

  @Nested
  final class ATokenFile {
    @Test
    void that_is_missing_is_said() throws IOException {
      Files.delete(tokenFile);
      assertThat(refusal(issue())).contains(tokenFile.toString(), "is not there", "pod");
    }

    @Test
    void that_is_empty_is_said() throws IOException {
      Files.writeString(tokenFile, " \n");
      assertThat(refusal(issue())).contains(tokenFile.toString(), "is empty");
    }

    @Test
    void that_cannot_be_read_is_said() throws IOException {
      Files.delete(tokenFile);
      Files.createDirectory(tokenFile);
      assertThat(refusal(issue())).contains(tokenFile.toString(), "cannot be read");
    }
  }

  @Nested
  final class AnStsThatIsNotItself {
    static Stream<Fault> others() {
      return Stream.of(
          new Fault.Html(403),
          new Fault.Failure(429, "Unheard.Of"),
          new Fault.Failure(503, "ServiceUnavailable"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void is_asked_again_later_by_what_it_says_and_by_its_status(Fault fault) {
      emulator.sts().faults().add(fault);
      assertThat(passing(issue())).endsWith(".");
    }

    @Test
    void whose_authority_is_unknown_gets_no_token() {
      var settings = with(Optional.empty(), new Proxy.Direct());
      assertThat(passing(issue(role(), settings))).contains("TLS", "KMS.CaFile");
      assertThat(emulator.sts().calls().total()).isZero();
    }

    @Test
    void whose_certificate_names_another_host_gets_no_token() {
      var role =
          Rig.rrsa(
              role().roleArn(),
              role().oidcProviderArn(),
              tokenFile,
              "s1",
              "127.0.0.1:" + emulator.sts().port());
      assertThat(passing(issue(role, settings()))).contains("TLS");
      assertThat(emulator.sts().calls().total()).isZero();
    }
  }

  private KmsConfig.Transport with(Optional<Path> trust, Proxy proxying) {
    return Rig.settings(URI.create("http://" + emulator.endpoint()), trust, proxying);
  }
}
