package dev.kmsagent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kmsagent.client.FakeAgent.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentClientTest {
  @AutoClose private FakeAgent agent;
  private AgentClient client;

  @BeforeEach
  void start() throws IOException {
    agent = new FakeAgent();
    client = agent.client();
  }

  private AgentException failure() {
    return catchThrowableOfType(AgentException.class, () -> client.read("app/db", "user"));
  }

  @Test
  void fields_are_those_of_one_version() {
    var fields = client.read("app/db+ü", "AccountName", "user");

    assertThat(fields.get("AccountName")).isEqualTo("account of v1");
    assertThat(fields.get("user")).isEqualTo("v1");
    assertThat(fields.version()).isEqualTo("v1");
    assertThat(agent.queries)
        .containsExactly("secretId=app%2Fdb%2B%C3%BC&fields=AccountName%2Cuser");
  }

  @Test
  void rejected_versions_are_sent_and_the_version_is_decoded() {
    agent.rotate("é +%2");

    var fields = client.read("app/db", List.of("user"), List.of("v1", "v&0"));

    assertThat(fields.version()).isEqualTo("é +%2");
    assertThat(agent.queries)
        .containsExactly("secretId=app%2Fdb&fields=user&rejected=v1&rejected=v%260");
  }

  @Test
  void account_and_password_are_given_together() {
    assertThat(client.<List<String>>login("app/db", List::of))
        .containsExactly("account of v1", "password of v1");
  }

  @Test
  void the_file_of_the_token_is_read_for_each_request(@TempDir Path folder) throws IOException {
    var file = folder.resolve("token");
    var reader = agent.client("file://" + file);

    Files.writeString(file, "first\r\n\n");
    reader.read("app/db", "user");
    Files.writeString(file, "second");
    reader.read("app/db", "user");
    Files.delete(file);

    assertThatThrownBy(() -> reader.read("app/db", "user"))
        .isInstanceOf(AgentException.class)
        .hasMessageContaining(file.toString());
    assertThat(agent.tokens).containsExactly("first", "second");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hidden\nhidden", "hidden\u00e9"})
  void what_is_no_token_is_not_quoted(String token) {
    client = agent.client(token);

    assertThat(failure()).hasMessageContaining("KMS_TOKEN").hasMessageNotContaining("hidden");
    assertThat(failure()).rootCause().hasMessageNotContaining("hidden");
    assertThat(agent.tokens).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "400, InvalidParameter, false",
    "403, Forbidden.Token, false",
    "404, NoSuchField, false",
    "409, NoNewerVersion, true",
    "429, Rejected.Throttling, true",
    "500, InternalFailure, false",
    "502, InvalidAnswer, true",
    "503, Unavailable, true",
    "504, Timeout, true"
  })
  void an_error_has_its_status_and_text_and_says_whether_to_retry(
      int status, String code, boolean retryable) {
    agent.answer(Answer.error(status, code));

    assertThat(failure().status()).isEqualTo(status);
    assertThat(failure().isRetryable()).isEqualTo(retryable);
    assertThat(failure()).hasMessageContainingAll("app/db", code, "refused");
  }

  @Test
  void an_error_is_quoted_in_part() {
    agent.answer(new Answer(503, Map.of(), "long".repeat(1_000_000)));

    assertThat(failure().getMessage()).contains("503 longlong").hasSizeLessThan(5_000);
  }

  @Test
  void an_answer_without_end_is_cut() {
    agent.answer(
        new Answer(
            200, Map.of("X-KMS-Version-Id", "v1"), "{\"user\":\"" + "x".repeat(3_000_000) + "\"}"));

    assertThat(failure()).hasMessageContaining("ends too soon");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"other\":\"hidden\"}", "{\"user\":1}", "hidden", "{\"user\":\"hidden"})
  void a_wrong_answer_is_refused_and_not_quoted(String body) {
    agent.answer(new Answer(200, Map.of("X-KMS-Version-Id", "v1"), body));

    assertThat(failure()).hasMessageContaining("app/db").hasMessageNotContaining("hidden");
    assertThat(failure().isRetryable()).isFalse();
  }

  @Test
  void an_answer_without_a_version_is_refused() {
    agent.answer(new Answer(200, Map.of(), "{\"user\":\"hidden\"}"));

    assertThat(failure()).hasMessageContaining("X-KMS-Version-Id");
  }

  @Test
  void an_answer_with_a_rejected_version_is_refused() {
    var body = "{\"user\":\"hidden\"}";
    agent.answer(new Answer(200, Map.of("X-KMS-Version-Id", "v1"), body));

    assertThatThrownBy(() -> client.read("app/db", List.of("user"), List.of("v1")))
        .isInstanceOf(AgentException.class)
        .hasMessageContaining("rejected version");
  }

  @Test
  void an_agent_that_does_not_answer_may_do_so_later() throws IOException {
    agent.refuse();

    assertThat(failure().isRetryable()).isTrue();
    assertThat(failure().status()).isZero();
    assertThat(failure()).hasMessageContaining("127.0.0.1").hasCauseInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {203, 302})
  void an_answer_with_another_status_is_neither_followed_nor_quoted(int status) {
    agent.answer(new Answer(status, Map.of("Location", "/secretsmanager/get"), "hidden"));

    assertThat(failure().status()).isEqualTo(status);
    assertThat(agent.queries).hasSize(1);
    assertThat(failure()).hasMessageNotContaining("hidden");
  }

  /** With certificates of another module's tests. */
  @Nested
  class With_tls {
    private static final Path FOLDER =
        Path.of("..", "config", "src", "test", "resources", "dev", "kmsagent", "config", "tls");

    @AutoClose private FakeAgent secured;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
      var server = HttpsServer.create();
      server.setHttpsConfigurator(new HttpsConfigurator(identity()));
      secured = new FakeAgent(server);
    }

    private static SSLContext identity() throws IOException, GeneralSecurityException {
      var text = Files.readString(FOLDER.resolve("rsa.pkcs8.key")).split("-----")[2];
      var key = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text));
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      try (var in = Files.newInputStream(FOLDER.resolve("rsa.pem"))) {
        var certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
        var entry = KeyFactory.getInstance("RSA").generatePrivate(key);
        store.setKeyEntry("server", entry, new char[0], new Certificate[] {certificate});
      }
      var keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, new char[0]);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    }

    private AgentClient trusting(Path authorities) {
      var url = "https://127.0.0.1:" + secured.port();
      return new AgentClient(
          Map.of("KMS_URL", url, "KMS_TOKEN", "the token", "KMS_CA_FILE", authorities.toString()));
    }

    @Test
    void others_are_not_until_the_file_changes(@TempDir Path folder) throws IOException {
      var file = Files.copy(FOLDER.resolve("pss.pem"), folder.resolve("ca.pem"));
      var reader = trusting(file);

      assertThatThrownBy(() -> reader.read("app/db", "user"))
          .isInstanceOf(AgentException.class)
          .hasCauseInstanceOf(SSLException.class);
      assertThat(secured.tokens).isEmpty();

      Files.copy(FOLDER.resolve("rsa.pem"), file, StandardCopyOption.REPLACE_EXISTING);
      assertThat(reader.read("app/db", "user").version()).isEqualTo("v1");
    }
  }

  @Test
  void texts_hold_no_values() {
    assertThat(client.read("app/db", "AccountPassword"))
        .asString()
        .startsWith("v1")
        .doesNotContain("password of");
  }
}
