package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.pods.PodAccess;
import dev.kmsagent.adapters.kms.resilience.BoundedCalls;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.ProtectedCalls;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.event.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Granted;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.RoleRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.TokenRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Undecided;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Rejected;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Unverifiable;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Verified;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pods of an emulated cluster with their own tokens, at an emulated STS and KMS. */
final class PodAccessTest {
  @TempDir private Path folder;
  @AutoClose private final Rig rig = new Rig();
  private final RecordingEvents events = new RecordingEvents();
  @AutoClose private KmsEmulator emulator;
  private Optional<URI> issuer = Optional.empty();
  private Optional<URI> jwksUri = Optional.empty();
  private Optional<Path> jwksCaFile = Optional.empty();
  private Optional<Path> jwksTokenFile = Optional.empty();
  private Optional<Proxy> proxy = Optional.empty();
  private Duration readTimeout = Rig.PATIENCE;

  @BeforeEach
  void start() throws IOException, GeneralSecurityException {
    emulator =
        KmsEmulator.builder()
            .sts(Certificates.NAMED.server())
            .oidc()
            .role(Role.named("reader"))
            .role(Role.named("other"))
            .start();
    emulator.secrets().create("a", "text");
  }

  private CredentialSource.PodIdentity config() {
    return new CredentialSource.PodIdentity(
        issuer.orElseGet(() -> URI.create(emulator.oidc().issuer())),
        "sts.aliyuncs.com",
        jwksUri,
        jwksCaFile,
        jwksTokenFile,
        List.of("1234567890123456"),
        Optional.of("node-1"),
        100,
        emulator.oidc().arn(),
        Optional.empty(),
        new Endpoint(Endpoint.Protocol.HTTPS, "localhost", emulator.sts().port()),
        Duration.ofHours(1));
  }

  private PodAccess access() {
    var transport =
        Rig.withReadTimeout(
            Rig.settings(
                URI.create("http://" + emulator.endpoint()),
                Optional.of(Certificates.NAMED.caFile()),
                proxy),
            readTimeout);
    var config =
        new KmsConfig(
            Optional.empty(),
            transport,
            config(),
            0,
            1,
            new KmsConfig.CircuitBreaker(true, Duration.ofHours(1)));
    var connection = rig.connection(transport, _ -> {});
    var calls =
        new BoundedCalls(new AliyunKmsCalls(connection), readTimeout, connection.timing(), _ -> {});
    var bulkhead = new FairBulkhead(ProtectedCalls.MAX_CALLS, connection.timing(), rig.threads());
    var kms = new ProtectedCalls(calls, config, bulkhead, connection.timing(), events);
    return new PodAccess(config(), connection, kms, events, DurableRecord.NONE);
  }

  private IssuedToken token() {
    return emulator.oidc().tokenFor("shop", "web").ofPod("web-7d", "node-1");
  }

  private TokenVerdict verify(IssuedToken token) {
    try (var access = access()) {
      return verify(access, token);
    }
  }

  private static TokenVerdict verify(PodAccess access, IssuedToken token) {
    return Patience.join(
        access.tokens().parse(new ConfidentialText(token.text())).orElseThrow().verify());
  }

  @Test
  void a_token_is_verified_with_the_keys_that_the_discovery_document_names() {
    assertThat(verify(token())).isInstanceOf(Verified.class);
    assertThat(emulator.oidcIssuer().calls().actions())
        .containsOnlyKeys("GetConfiguration", "GetKeys");
  }

  @Test
  void a_token_is_verified_with_the_keys_at_the_configured_place_and_after_their_rotation() {
    jwksUri = Optional.of(URI.create(emulator.oidc().issuer() + "/openid/v1/jwks"));
    try (var access = access()) {
      assertThat(verify(access, token())).isInstanceOf(Verified.class);
      emulator.oidc().rotate("RS256");
      assertThat(verify(access, token())).isInstanceOf(Verified.class);
      assertThat(verify(access, token().wronglySigned())).isInstanceOf(Rejected.class);
    }
    assertThat(emulator.oidcIssuer().calls().actions()).isEqualTo(Map.of("GetKeys", 2L));
  }

  static Stream<Arguments> faultsOfTheIssuer() {
    return Stream.of(
        Arguments.of(new Fault.Html(200), "discovery document", "no JWK set"),
        Arguments.of(new Fault.Failure(503, "Busy"), "HTTP status 503", "HTTP status 503"),
        Arguments.of(new Fault.Incomplete("issuer"), "another issuer", ""),
        Arguments.of(new Fault.Incomplete("jwks_uri"), "jwks_uri", ""),
        Arguments.of(new Fault.Oversized(300 << 10), "connection", "connection"));
  }

  /**
   * @param ofDocument what is told where the discovery document is asked for; empty: it is good
   * @param ofKeys what is told where the keys are
   */
  @ParameterizedTest
  @MethodSource("faultsOfTheIssuer")
  void a_source_that_is_not_itself_verifies_nothing_and_is_told(
      Fault fault, String ofDocument, String ofKeys) {
    emulator.oidcIssuer().faults().add(fault);
    if (!ofDocument.isEmpty()) {
      assertUnverifiable(ofDocument);
    }
    if (!ofKeys.isEmpty()) {
      jwksUri = Optional.of(URI.create(emulator.oidc().issuer() + "/openid/v1/jwks"));
      assertUnverifiable(ofKeys);
    }
  }

  @Test
  void keys_that_could_be_altered_on_their_way_are_not_fetched() throws IOException {
    try (var server =
        Rig.listen(
            ServerSocketFactory.getDefault(),
            _ -> new ServerReply.Complete(HttpResponse.json(200, documentWithKeysInClear())))) {
      issuer = Optional.of(URI.create("http://127.0.0.1:" + server.port()));
      assertUnverifiable("no jwks_uri with https://");
    }
  }

  private String documentWithKeysInClear() {
    return "{\"issuer\":\"%s\",\"jwks_uri\":\"http://keys.invalid/jwks\"}"
        .formatted(issuer.orElseThrow());
  }

  private void assertUnverifiable(String why) {
    assertThat(verify(token()))
        .isInstanceOfSatisfying(
            Unverifiable.class,
            unverifiable ->
                assertThat(unverifiable.detail()).contains(why).endsWith(".").hasSizeLessThan(300));
  }

  @Nested
  final class TheApiServer {
    private final List<HttpRequest> requests = new CopyOnWriteArrayList<>();

    private ServerReply answer(HttpRequest request) {
      requests.add(request);
      return new ServerReply.Complete(HttpResponse.json(200, "{\"keys\":[]}"));
    }

    private String fetch(String url) {
      jwksUri = Optional.of(URI.create(url));
      return ((Unverifiable) verify(token())).detail();
    }

    @Test
    void is_shown_the_agents_own_token_as_it_is_now_and_not_asked_without_it() throws IOException {
      var file = folder.resolve("token");
      jwksTokenFile = Optional.of(file);
      try (var server = Rig.listen(ServerSocketFactory.getDefault(), this::answer)) {
        var url = "http://127.0.0.1:" + server.port() + "/openid/v1/jwks";
        assertThat(fetch(url)).contains("KMS.PodIdentity.JwksTokenFile");
        for (var token : List.of("first.token\n", "second.token")) {
          Files.writeString(file, token);
          assertThat(fetch(url)).contains("no key");
        }
        Files.writeString(file, "a\r\nHost: other");
        assertThat(fetch(url)).contains("KMS.PodIdentity.JwksTokenFile");
        assertThat(requests)
            .extracting(request -> request.header("authorization").orElse(""))
            .containsExactly("Bearer first.token", "Bearer second.token");
      }
    }

    @Test
    void has_the_authority_of_its_file_or_is_told_nothing_and_is_reached_without_a_proxy()
        throws Exception {
      jwksCaFile = Optional.of(Certificates.OTHER.caFile());
      jwksTokenFile = Optional.of(Files.writeString(folder.resolve("token"), "a.token"));
      proxy = Optional.of(new Proxy("proxy.invalid", 3128, Optional.empty(), List.of("127.0.0.1")));
      assertThat(fetchOf(Certificates.NAMED)).contains("TLS", "KMS.PodIdentity.JwksCaFile");
      assertThat(requests).isEmpty();
      assertThat(fetchOf(Certificates.OTHER)).contains("no key");
    }

    private String fetchOf(EmulatorCertificates its) throws Exception {
      try (var server = Rig.listen(its.server().getServerSocketFactory(), this::answer)) {
        return fetch("https://localhost:" + server.port() + "/jwks");
      }
    }
  }

  private String reader() {
    return emulator.roles().arn("reader");
  }

  private GrantOutcome assume(String role, IssuedToken token) {
    try (var access = access()) {
      return assume(access, role, token);
    }
  }

  private static GrantOutcome assume(PodAccess access, String role, IssuedToken token) {
    return assume(access.role(new Principal(role)), token);
  }

  private static GrantOutcome assume(AssumeRole role, IssuedToken token) {
    var pod =
        new VerifiedPod(
            new ConfidentialText(token.text()),
            new Subject("shop", "web"),
            "web-7d",
            Instant.MAX,
            Instant.MAX);
    return Patience.join(role.assume(pod));
  }

  @Test
  void a_grant_reads_with_its_own_key_to_its_end_beside_another_of_the_role() {
    try (var access = access()) {
      var role = access.role(new Principal(reader()));
      var first = (Granted) assume(role, token());
      var second = (Granted) assume(role, token());
      var keys = emulator.mintedKeys().all();
      assertThat(keys).hasSize(2);
      emulator.mintedKeys().revoke(keys.getFirst().accessKeyId());
      assertThat(fetch(first)).isInstanceOf(IdentityRefused.class);
      assertThat(fetch(second)).isInstanceOf(Fetched.class);
      var end = keys.getLast().expires();
      assertThat(second.usableUntil()).isBetween(end.minusSeconds(61), end.minusSeconds(59));
    }
  }

  @Test
  void a_grant_shares_the_circuit_breaker_of_its_role_alone() {
    try (var access = access()) {
      var role = access.role(new Principal(reader()));
      var first = (Granted) assume(role, token());
      var second = (Granted) assume(role, token());
      var other = (Granted) assume(access, emulator.roles().arn("other"), token());
      emulator.faults().add(new Fault.Failure(503, "ServiceUnavailable"));
      for (int i = 0; i < 5; i++) {
        var _ = fetch(first);
      }
      emulator.faults().clear();
      assertThat(fetch(second)).extracting("cause").isEqualTo(Cause.CIRCUIT_OPEN);
      assertThat(fetch(other)).isInstanceOf(Fetched.class);
      assertThat(events.all()).noneMatch(BreakerChanged.class::isInstance);
    }
  }

  private static FetchOutcome fetch(Granted granted) {
    return Rig.fetch(granted.secrets(), Secrets.current("a"));
  }

  @Test
  void a_refusal_of_the_expiry_the_audience_the_issuer_or_the_signature_is_that_of_the_token() {
    assertThat(
            List.of(
                token().expired(),
                token().audience("kms-agent"),
                token().issuer("https://other.example"),
                token().wronglySigned()))
        .allSatisfy(it -> assertThat(assume(reader(), it)).isInstanceOf(TokenRefused.class));
  }

  @Test
  void a_refusal_by_the_trust_policy_or_of_a_role_that_is_not_there_or_none_is_that_of_the_role() {
    var trust = TrustPolicy.everybody().subjects("system:serviceaccount:bank:*");
    emulator.roles().put(Role.named("reader").trusting(trust));
    assertThat(
            List.of(
                reader(),
                emulator.roles().arn("missing"),
                "acs:ram::1234567890123456:role/a@b",
                "acs:ram::1:role/a&RoleArn=" + emulator.roles().arn("other")))
        .allSatisfy(role -> assertThat(assume(role, token())).isInstanceOf(RoleRefused.class));
  }

  static Stream<Fault> faultsOfSts() {
    return Stream.of(
        new Fault.Failure(503, "ServiceUnavailable"),
        new Fault.Reset(),
        new Fault.Incomplete("AssumedRoleUser.Arn"));
  }

  @ParameterizedTest
  @MethodSource("faultsOfSts")
  void an_sts_that_does_not_decide_leaves_it_undecided(Fault fault) {
    emulator.sts().faults().add(fault);
    assertUndecided();
  }

  @Test
  void an_sts_that_is_slow_down_or_gives_a_key_that_is_over_leaves_it_undecided()
      throws IOException {
    emulator.mintedKeys().lifetime(Duration.ZERO);
    assertUndecided();
    readTimeout = Duration.ofMillis(300);
    emulator.sts().faults().add(new Fault.Drip(Duration.ofMillis(50)));
    assertUndecided();
    emulator.sts().stop();
    assertUndecided();
  }

  private void assertUndecided() {
    assertThat(assume(reader(), token()))
        .isInstanceOfSatisfying(
            Undecided.class,
            undecided ->
                assertThat(undecided.reason().detail()).matches(".+[.?]").doesNotContain("eyJ"));
  }
}
