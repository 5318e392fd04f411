package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connection to KMS: authorities, names and a real proxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConnectionTest {
  private static final Optional<Proxy.Login> NOBODY = Optional.empty();

  @AutoClose private final Rig rig = new Rig();
  @AutoClose private KmsEmulator emulator;

  @BeforeAll
  void start() throws IOException, GeneralSecurityException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").tls(Certificates.NAMED.server()).start();
    emulator.secrets().create("a", "text");
  }

  @Test
  void an_authority_from_the_file_is_trusted_for_the_hosts_of_its_certificates_alone()
      throws IOException {
    assertThat(fetch("https://localhost:" + emulator.port(), trusted()))
        .isInstanceOf(Fetched.class);
    assertThatTlsFails("https://localhost:" + emulator.port(), Optional.empty());
    assertThatTlsFails("https://127.0.0.1:" + emulator.port(), trusted());
    try (var plain = KmsEmulator.builder().accessKey("ak", "sk").start()) {
      assertThatTlsFails("https://localhost:" + plain.port(), trusted());
    }
  }

  private static Optional<Path> trusted() {
    return Optional.of(Certificates.NAMED.caFile());
  }

  private void assertThatTlsFails(String endpoint, Optional<Path> trust) {
    assertThat(fetch(endpoint, trust)).extracting("cause").isEqualTo(Cause.TLS);
  }

  private FetchOutcome fetch(String endpoint, Optional<Path> trust) {
    return fetch(Rig.settings(URI.create(endpoint), trust, Optional.empty()));
  }

  @Test
  void kms_is_called_through_a_proxy_which_sees_neither_the_secrets_name_nor_the_signature() {
    try (var proxy = new Tunnel(emulator.port(), "")) {
      assertThat(fetch("https://kms.example", proxy, NOBODY)).isInstanceOf(Fetched.class);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("CONNECT kms.example:443 HTTP/1.1")
          .doesNotContain("SecretName", "ACS3-HMAC", "x-acs");
    }
  }

  @Test
  void a_proxy_that_wants_a_login_gets_it_or_makes_kms_unreachable() {
    try (var proxy = new Tunnel(emulator.port(), "Basic dXNlcjpwdw==")) {
      var login = Optional.of(new Proxy.Login("user", new ConfidentialText("pw")));
      assertThat(fetch("https://kms.example", proxy, login)).isInstanceOf(Fetched.class);
      var wrong = Optional.of(new Proxy.Login("user", new ConfidentialText("")));
      for (var other : List.of(NOBODY, wrong)) {
        assertThat(fetch("https://kms.example", proxy, other))
            .extracting("cause")
            .isEqualTo(Cause.UNREACHABLE);
      }
      assertThat(probe(through("https://kms.example", proxy, NOBODY)))
          .asString()
          .contains("give it in KMS.Proxy");
    }
  }

  @Test
  void loopback_is_called_directly_and_no_server_is_given_the_login_for_the_proxy()
      throws IOException {
    var calls = new ConcurrentLinkedQueue<Headers>();
    var server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          calls.add(exchange.getRequestHeaders());
          exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"any\"");
          exchange.sendResponseHeaders(401, -1);
        });
    server.start();
    var login = Optional.of(new Proxy.Login("user", new ConfidentialText("pw")));
    var through = new Proxy("localhost", 1, login, List.of());
    var uri = URI.create("http://localhost:" + server.getAddress().getPort());
    var settings = Rig.settings(uri, Optional.empty(), Optional.of(through));
    try (var connection = rig.connection(settings, _ -> {})) {
      assertThatExceptionOfType(CompletionException.class)
          .isThrownBy(() -> connection.send(HttpRequest.newBuilder(uri).build()));
    } finally {
      server.stop(0);
    }
    assertThat(calls).isNotEmpty().noneMatch(headers -> headers.containsKey("Authorization"));
  }

  private FetchOutcome fetch(String endpoint, Tunnel proxy, Optional<Proxy.Login> login) {
    return fetch(through(endpoint, proxy, login));
  }

  private static KmsConfig.Transport through(
      String endpoint, Tunnel proxy, Optional<Proxy.Login> login) {
    var through = new Proxy("localhost", proxy.port(), login, List.of());
    return Rig.settings(URI.create(endpoint), trusted(), Optional.of(through));
  }

  private FetchOutcome fetch(KmsConfig.Transport settings) {
    try (var source = rig.source(settings, Rig.accessKey("ak", "sk"))) {
      return Rig.fetch(source, Secrets.current("a"));
    }
  }

  @Test
  void a_host_that_tells_no_time_answers_nevertheless() throws IOException {
    var refusal = HttpResponse.json(400, "{\"Code\":\"MissingAction\",\"RequestId\":\"1\"}");
    assertThat(probe(refusal.withHeader("Date", "yesterday")))
        .isEqualTo(new Probe.Answered(Optional.empty()));
  }

  /** STS and KMS refuse a request without an action; others answer for them in an outage. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          400 | {"Code":"MissingAction","RequestId":"1"}                      | Answered
          403 | {"Code":"Forbidden","RequestId":"1"}                          | Answered
          404 | <Error><RequestId>1</RequestId><Code>NotFound</Code></Error>  | Answered
          200 | <html><body>Welcome</body></html>                             | Not KMS but something else answered (HTTP status 200)
          302 | ``                                                            | Not KMS but something else answered (HTTP status 302)
          403 | {"Code":"Forbidden"}                                          | Not KMS but something else answered (HTTP status 403)
          403 | {"RequestId":"1"}                                             | Not KMS but something else answered (HTTP status 403)
          404 | <Error><RequestId/><Code>NotFound</Code></Error>              | Not KMS but something else answered (HTTP status 404)
          403 | <html><Code>Denied</Code><RequestId>1</RequestId></html>      | Not KMS but something else answered (HTTP status 403)
          403 | {"Code":"<a>","RequestId":"1"}                                | Not KMS but something else answered (HTTP status 403)
          200 | {"Code":"OK","RequestId":"1"}                                 | Not KMS but something else answered (HTTP status 200)
          400 | {"Code":"InternalFailure","RequestId":"1"}                    | KMS could not answer just now (HTTP status 400 InternalFailure)
          408 | {"Code":"RequestTimeout","RequestId":"1"}                     | KMS could not answer just now (HTTP status 408 RequestTimeout)
          429 | {"Code":"Other","RequestId":"1"}                              | KMS could not answer just now (HTTP status 429 Other)
          400 | {"Code":"Throttling.User","RequestId":"1"}                    | KMS could not answer just now (HTTP status 400 Throttling.User)
          403 | {"Code":"Rejected.Throttling","RequestId":"1"}                | KMS could not answer just now (HTTP status 403 Rejected.Throttling)
          503 | {"Code":"ServiceUnavailable","RequestId":"1"}                 | KMS could not answer just now (HTTP status 503 ServiceUnavailable)
          502 | <html>Bad Gateway</html>                                      | KMS could not answer just now (HTTP status 502)
          """)
  void only_a_host_that_works_counts_as_one_that_answers(int status, String body, String probe)
      throws IOException {
    var type = body.startsWith("<html>") ? "text/html" : "application/json";
    assertThat(probe(HttpResponse.text(status, body).withHeader("Content-Type", type)))
        .asString()
        .contains(probe);
  }

  @Test
  void an_instances_own_gateway_may_refuse_in_protocol_buffers() throws IOException {
    var refusal =
        HttpResponse.text(400, "\b\u0090").withHeader("Content-Type", "application/x-protobuf");
    assertThat(probe(refusal)).isInstanceOf(Probe.Answered.class);
  }

  private Probe probe(HttpResponse reply) throws IOException {
    var complete = new ServerReply.Complete(reply);
    try (var server = Rig.listen(ServerSocketFactory.getDefault(), _ -> complete)) {
      return probe(Rig.settings(URI.create("http://127.0.0.1:" + server.port())));
    }
  }

  @Test
  void a_host_without_an_address_cannot_be_asked() {
    assertThat(probe(Rig.settings(URI.create("https://kms.invalid"))))
        .asInstanceOf(type(Probe.Failed.class))
        .satisfies(
            failed ->
                assertThat(failed.reason())
                    .contains("The name of KMS's host", "UnresolvedAddressException"));
  }

  private Probe probe(KmsConfig.Transport settings) {
    try (var connection = rig.connection(settings, _ -> {})) {
      var uri = settings.endpoint().uri();
      return new HostProbe(connection).probe("KMS", uri);
    }
  }
}
