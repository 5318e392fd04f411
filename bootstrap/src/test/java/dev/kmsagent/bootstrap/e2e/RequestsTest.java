package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a request gets to KMS; {@code adapters-http} tests all the rest. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RequestsTest {
  private static final String TOKEN_LINE = "X-KMS-Token: " + TestCloud.TOKEN;

  private final VirtualTime time = new VirtualTime();
  private final TestCloud cloud = TestCloud.at(time);
  private final WiredAgent agent = cloud.agentWithoutRetries(time, "");

  @AfterAll
  void clean_up() throws IOException {
    agent.close();
    cloud.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v1/ID, Via: 1.1 proxy, 400 InvalidParameter",
    "GET /v1/ID, Host: evil.example, 403 Forbidden.Host",
    "GET /v1/ID, X-KMS-Token: wrong, 403 Forbidden.Token",
    "POST /v1/ID, Accept: */*, 405 MethodNotAllowed",
    "GET /v2/ID, Accept: */*, 404 InvalidPath",
    "GET /v1/ID?nonsense=1, Accept: */*, 400 InvalidParameter",
    "GET /v1/ID, Content-Length: x, 400 InvalidParameter"
  })
  void a_request_that_fails_a_check_costs_no_call(String target, String header, String verdict) {
    var name = cloud.newSecret("value");
    var head = new ArrayList<>(List.of(target.replace("ID", name) + " HTTP/1.1", header));
    List.of("Host: localhost", TOKEN_LINE).stream()
        .filter(line -> !line.startsWith(header.substring(0, header.indexOf(':'))))
        .forEach(head::add);

    var answer = new RawHttp(agent.client().port()).send(head.toArray(String[]::new));

    assertThat(answer.verdict()).isEqualTo(verdict);
    assertThat(cloud.calls(name)).isZero();
  }

  /** A name that no secret can have: what KMS was asked for shows how it was read. */
  @ParameterizedTest
  @CsvSource({
    "/v1/ID/..//a%2Fb%2541+%E5%AF%86;c, ID/..//a/b%41+密;c",
    "/secretsmanager/get?secretId=ID/../a%2Fb%2541+c, ID/../a/b%41 c"
  })
  void kms_is_asked_for_the_name_decoded_once(String target, String name) {
    var unique = UUID.randomUUID().toString();

    agent.client().get(target.replace("ID", unique));

    assertThat(cloud.calls(name.replace("ID", unique))).isOne();
  }

  @Test
  void the_largest_secret_comes_through_whole() {
    var largest = "密".repeat(30_720 / 3);

    assertThat(agent.client().secret(cloud.newSecret(largest)).text("SecretData"))
        .isEqualTo(largest);
  }
}
