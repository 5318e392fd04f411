package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no HTTP, or not to be understood in one way only, is refused before all checks. */
@ExtendWith(Agents.Shared.class)
final class HttpParserIT {
  private static final String TOKEN_LINE = "X-KMS-Token: " + Cloud.TOKEN;

  private final Agents agents;
  private final RawHttp raw;

  HttpParserIT(Agents agents) {
    this.agents = agents;
    this.raw = new RawHttp(agents.answering(ResponseType.KMS).port());
  }

  private Answer get(String target, String... headers) {
    return raw.send(
        "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + TOKEN_LINE + lines(headers));
  }

  private static String lines(String... headers) {
    return headers.length == 0 ? "" : "\r\n" + String.join("\r\n", headers);
  }

  private static void check(Answer answer, int status) {
    assertThat(answer.verdict()).isEqualTo(status + " InvalidParameter");
    assertThat(answer.header("content-type")).contains("application/json");
    assertThat(answer.header("cache-control")).contains("no-store");
    assertThat(answer.header("x-content-type-options")).contains("nosniff");
    assertThat(answer.text("RequestId")).isEqualTo(answer.header("x-request-id").orElseThrow());
    assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/a%", "/v1/a%4", "/v1/a%zz", "/v1/%u0041", "/v1/a%00"})
  void a_bad_escape_in_the_path(String target) {
    check(get(target), 400);
  }

  @Test
  void lengths_that_conflict() {
    check(get("/v1/a", "Content-Length: 1", "Content-Length: 2"), 400);
    check(get("/v1/a", "Content-Length: nonsense"), 400);
    check(get("/v1/a", "Content-Length: 1", "Transfer-Encoding: chunked"), 400);
  }

  @Test
  void headers_that_are_too_large() {
    check(get("/v1/a", "X-Large: " + "x".repeat(20_000)), 431);
  }

  @Test
  void a_target_that_is_too_long() {
    check(get("/v1/" + "a".repeat(20_000)), 414);
  }

  @Test
  void two_hosts() {
    var answer =
        raw.send("GET /v1/a HTTP/1.1", "Host: localhost", "Host: evil.example", TOKEN_LINE);

    check(answer, 400);
  }

  @Test
  void no_host() {
    check(raw.send("GET /v1/a HTTP/1.1", TOKEN_LINE), 400);
  }

  @Test
  void no_request_line() {
    check(raw.send("nonsense"), 400);
  }

  @Test
  void a_folded_header() {
    check(get("/v1/a", "X-Folded: a", " b"), 400);
  }

  @Test
  void a_space_before_the_colon() {
    check(get("/v1/a", "X-Odd : a"), 400);
  }

  @Test
  void bytes_beyond_ascii_in_the_target() {
    check(get("/v1/\u00e5\u00af\u0086"), 400);
  }

  @ParameterizedTest
  @EnumSource(ResponseType.class)
  void the_answer_is_in_the_form_of_all_answers(ResponseType type) {
    var other = new RawHttp(agents.answering(type).port());

    var answer = other.send("GET /v1/a HTTP/1.1", "Content-Length: x", "Host: localhost");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(type.code(answer)).isEqualTo("InvalidParameter");
  }

  @Test
  void what_was_refused_is_not_repeated() {
    assertThat(get("/v1/a%zz<script>", "Content-Length: <script>").body())
        .doesNotContain("script", "%zz");
  }

  @Test
  void the_connection_is_closed_after_a_request_with_a_body() {
    var name = agents.cloud().newSecret("value");

    var answer =
        raw.exchange(
            "GET /v1/%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: 4\r\n\r\nbody"
                    .formatted(name, TOKEN_LINE)
                + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n".formatted(TOKEN_LINE));

    assertThat(answer).contains("HTTP/1.1 200", "Connection: close").doesNotContain("HTTP/1.1 404");
  }
}
