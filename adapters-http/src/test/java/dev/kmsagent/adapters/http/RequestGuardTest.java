package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.testkit.Secrets;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestGuardTest {
  private static final String SECRET = "/v1/db";

  private final AtomicReference<ConfidentialText> token =
      new AtomicReference<>(new ConfidentialText("right"));
  private final RequestGuard guard = guard("/v1/");

  private RequestGuard guard(String pathPrefix) {
    var anywhere = new ListenAddress(InetAddress.getLoopbackAddress(), 0);
    return new RequestGuard(
        TestAgent.server(anywhere, ResponseType.KMS, pathPrefix, 1),
        token::get,
        new SecretRequestParser(Stage::new),
        Optional.empty());
  }

  /** A GET to localhost; {@code headers} are names and values in turn. */
  private static RequestHead head(String path, String... headers) {
    var fields = HttpFields.build().add("Host", "localhost");
    for (int i = 0; i < headers.length; i += 2) {
      fields.add(headers[i], headers[i + 1]);
    }
    return new RequestHead("GET", path, null, fields.asImmutable());
  }

  private static Admission asked(String name) {
    return new Admission.ToSecret(new SecretRequest(Secrets.current(name), ReadMode.CACHED));
  }

  private static Admission rejected(Failure failure) {
    return new Admission.Rejected(failure);
  }

  @Nested
  class A_path {
    private Admission admit(String path, String prefix) {
      return guard(prefix).admit(head(path, "X-KMS-Token", "right"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ping", "/metrics", "/secretsmanager/", "/secretsmanager/get"})
    void that_is_built_in_comes_before_any_prefix(String prefix) {
      var slashed = prefix.endsWith("/") ? prefix : prefix + '/';
      for (var page : StatusPages.Page.values()) {
        assertThat(admit(page.path(), slashed)).isEqualTo(new Admission.ToPage(page));
      }
      assertThat(admit("/secretsmanager/get", slashed))
          .isEqualTo(rejected(Failure.invalidParameter("secretId is missing")));
    }

    @Test
    void below_the_prefix_names_a_secret_as_it_was_sent() {
      assertThat(admit("/v1/a%2F/..//b", "/v1/")).isEqualTo(asked("a//..//b"));
      assertThat(admit("/v1/", "/v1/"))
          .isEqualTo(rejected(Failure.invalidParameter("secretId is empty")));
      assertThat(admit("/a/b", "/")).isEqualTo(asked("a/b"));
      assertThat(admit("/{a}*/b", "/{a}*/")).isEqualTo(asked("b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "*", "", "/v1", "/V1/a", "/v2/a", "//v1/a", "/ping/", "/Ping"})
    void of_any_other_form_is_not_found(String path) {
      assertThat(admit(path, "/v1/")).isEqualTo(rejected(Failure.noSuchPath()));
    }
  }

  @Nested
  class The_token {
    @Test
    void counts_in_each_of_its_headers() {
      assertThat(guard.admit(head(SECRET, "X-KMS-Token", "right"))).isEqualTo(asked("db"));
      assertThat(guard.admit(head(SECRET, "x-vault-token", "right"))).isEqualTo(asked("db"));
      assertThat(guard.admit(head(SECRET, "X-Token", "right")))
          .isEqualTo(rejected(Failure.forbiddenToken()));
    }

    @Test
    void may_have_a_wrong_one_beside_it() {
      assertThat(guard.admit(head(SECRET, "X-KMS-Token", "wrong", "X-Vault-Token", "right")))
          .isEqualTo(asked("db"));
      assertThat(guard.admit(head(SECRET, "X-KMS-Token", "wrong", "X-KMS-Token", "right")))
          .isEqualTo(asked("db"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "righ", "right ", "RIGHT", "rightt", "wrong, right"})
    void is_needed_to_the_letter(String sent) {
      assertThat(guard.admit(head(SECRET, "X-KMS-Token", sent)))
          .isEqualTo(rejected(Failure.forbiddenToken()));
    }

    @Test
    void is_needed() {
      assertThat(guard.admit(head(SECRET))).isEqualTo(rejected(Failure.forbiddenToken()));
    }

    @Test
    void that_was_replaced_admits_nobody() {
      token.set(new ConfidentialText("next"));
      assertThat(guard.admit(head(SECRET, "X-KMS-Token", "right")))
          .isEqualTo(rejected(Failure.forbiddenToken()));
      assertThat(guard.admit(head(SECRET, "X-KMS-Token", "next"))).isEqualTo(asked("db"));
    }
  }

  @Nested
  class The_management_listener {
    @ParameterizedTest
    @EnumSource
    void has_the_pages_for_anybody(StatusPages.Page page) {
      assertThat(RequestGuard.admitToManagement(head(page.path(), "Via", "mesh")))
          .isEqualTo(new Admission.ToPage(page));
    }

    @ParameterizedTest
    @ValueSource(strings = {SECRET, "/secretsmanager/get", "/", "*", "/ping/"})
    void has_nothing_else(String path) {
      assertThat(RequestGuard.admitToManagement(head(path, "X-KMS-Token", "right")))
          .isEqualTo(rejected(Failure.noSuchPath()));
    }
  }
}
