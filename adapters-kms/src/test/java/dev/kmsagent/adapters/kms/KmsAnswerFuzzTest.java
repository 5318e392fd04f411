package dev.kmsagent.adapters.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.FuzzInputs;
import dev.kmsagent.testkit.Secrets;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: the body of an answer of KMS, whose length decides the status of a failure. */
final class KmsAnswerFuzzTest {
  private static final List<SecretQuery> QUERIES =
      List.of(
          Secrets.current("a"),
          Secrets.byId("a", "v1"),
          Secrets.current("acs:kms:cn-hangzhou:1:secret/a"));
  private static final List<Integer> STATUSES = List.of(302, 400, 403, 404, 407, 429, 500);
  private static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of(), (_, _) -> true);

  public static void fuzzerTestOneInput(byte[] input) {
    QUERIES.forEach(query -> assertAnswered(query, SecretAnswer.read(query, input)));
    var status = STATUSES.get(input.length % STATUSES.size());
    assertFailed(QUERIES.get(input.length % QUERIES.size()), status, input);
  }

  private static void assertAnswered(SecretQuery query, FetchOutcome outcome) {
    switch (outcome) {
      case Fetched(var secret, _) -> {
        assertThat(secret.name()).isIn(query.name(), query.name().plain());
        assertThat(
                query.version().id().isEmpty()
                    || query.version().selects(secret.version(), secret.stages()))
            .isTrue();
        assertThat(SecretAnswer.read(query, body(secret))).isEqualTo(outcome);
      }
      case Refused(var error, var scope) -> {
        assertThat(error.status()).isEqualTo(404);
        assertThat(scope).isEqualTo(Refused.Scope.QUERY);
      }
      case Unavailable(var cause, var code, var detail) -> {
        assertThat(cause).isEqualTo(Unavailable.Cause.UNREADABLE);
        assertThat(code).isEmpty();
        assertThat(detail).hasSizeLessThan(100).matches("[ -~]+");
      }
      case IdentityRefused refused -> throw new AssertionError(refused);
    }
  }

  /** The secret as KMS answers with it. */
  private static byte[] body(Secret secret) {
    var labels = new JsonArray();
    secret.stages().forEach(stage -> labels.add(stage.value()));
    var stages = new JsonObject();
    stages.add("VersionStage", labels);
    var answer = new JsonObject();
    answer.addProperty("SecretName", secret.name().value());
    answer.addProperty("SecretData", secret.value().reveal());
    answer.addProperty("SecretDataType", secret.dataType() == DataType.TEXT ? "text" : "binary");
    answer.addProperty("VersionId", secret.version().value());
    answer.add("VersionStages", stages);
    secret.attributes().forEach((attribute, text) -> answer.addProperty(attribute.field(), text));
    return answer.toString().getBytes(UTF_8);
  }

  /** Only a body with a code and a request id refuses a secret; texts from outside are cut. */
  private static void assertFailed(SecretQuery query, int status, byte[] input) {
    switch (ErrorAnswer.read(query, "LTAI-1", status, NO_HEADERS, input)) {
      case Refused(var error, _) -> {
        assertThat(StrictJson.object(input)).isPresent();
        assertThat(error.code()).matches("[A-Za-z0-9._-]{1,128}");
        assertThat(error.message()).hasSizeLessThanOrEqualTo(1024);
        assertThat(error.requestId()).isNotBlank().hasSizeLessThanOrEqualTo(1024);
      }
      case IdentityRefused(var code, var detail) -> assertSentence(code, detail);
      case Unavailable(_, var code, var detail) -> assertSentence(code, detail);
    }
  }

  private static void assertSentence(String code, String detail) {
    assertThat(code).matches("[A-Za-z0-9._-]{1,128}");
    assertThat(detail).hasSizeLessThan(100).matches("[ -~]+");
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
