package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.sun.management.ThreadMXBean;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.testkit.Secrets;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretAnswerTest {
  private static final SecretQuery QUERY = Secrets.current("a");

  @Test
  void reading_a_large_value_takes_ten_times_its_size_of_memory_at_most() {
    var answer = with("SecretData", new JsonPrimitive("\"".repeat(30_000))).toString();
    var body = answer.getBytes(StandardCharsets.UTF_8);
    SecretAnswer.read(QUERY, body);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var before = threads.getCurrentThreadAllocatedBytes();
    SecretAnswer.read(QUERY, body);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10 * 30_000);
  }

  @ParameterizedTest
  @EnumSource
  void what_else_kms_says_is_kept(SecretAttribute attribute) {
    var answer = with(attribute.field(), new JsonPrimitive("{\"said\": 1.0}"));
    assertThat(secret(QUERY, answer).attribute(attribute)).contains("{\"said\": 1.0}");
    var unsaid = with(attribute.field(), JsonNull.INSTANCE);
    assertThat(secret(QUERY, unsaid).attribute(attribute)).isEmpty();
  }

  @Property
  void any_text_comes_through_as_it_is(@ForAll String text) {
    var answer = with("SecretData", new JsonPrimitive(text));
    if (StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      assertThat(secret(QUERY, answer).value()).isEqualTo(new ConfidentialText(text));
    } else {
      assertThatUnreadable(answer);
    }
  }

  @Test
  void fields_that_are_not_known_do_no_harm() {
    assertThat(secret(QUERY, with("News", new JsonArray()))).isEqualTo(secret(QUERY, answer()));
  }

  static Stream<String> fields() {
    var required =
        Stream.of("SecretName", "SecretData", "SecretDataType", "VersionId", "VersionStages");
    var optional = Stream.of(SecretAttribute.values()).map(SecretAttribute::field);
    return Stream.concat(required, optional);
  }

  @ParameterizedTest
  @MethodSource("fields")
  void a_field_of_another_type_is_not_read_as_a_string(String field) {
    var others =
        List.of(new JsonPrimitive(7), new JsonPrimitive(true), new JsonArray(), new JsonObject());
    assertThat(others).allSatisfy(other -> assertThatUnreadable(with(field, other)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SecretName", "SecretData", "SecretDataType", "VersionId", "VersionStages"})
  void a_field_that_is_missing_is_named(String field) {
    var answer = answer();
    answer.remove(field);
    assertThatUnreadable(answer);
    assertThat(read(QUERY, answer).toString()).contains(field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"VersionStage\":\"ACSCurrent\"}",
        "{\"VersionStage\":[1]}",
        "{\"VersionStage\":[null]}",
        "\"ACSCurrent\""
      })
  void stages_of_another_shape_are_unreadable(String stages) {
    assertThatUnreadable(with("VersionStages", JsonParser.parseString(stages)));
  }

  @Test
  void binary_data_must_be_base64_and_there_is_no_third_type() {
    var answer = with("SecretDataType", new JsonPrimitive("binary"));
    answer.addProperty("SecretData", "AAEC/w==");
    assertThat(secret(QUERY, answer).dataType()).isEqualTo(DataType.BINARY);
    answer.addProperty("SecretData", "no base64!");
    assertThatUnreadable(answer);
    assertThatUnreadable(with("SecretDataType", new JsonPrimitive("Text")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hunter2", "[1]", "null", "{} {}", "{'a':1}", "{\"a\":1,}", "{"})
  void what_is_no_json_object_is_unreadable(String body) {
    assertThatUnreadable(body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void another_secret_than_asked_for_or_an_empty_version_id_is_no_answer() {
    assertThatUnreadable(with("SecretName", new JsonPrimitive("b")));
    assertThatUnreadable(with("VersionId", new JsonPrimitive("")));
  }

  @Test
  void a_secret_asked_for_by_its_arn_may_be_called_by_its_name_or_by_its_arn() {
    var arn = "acs:kms:cn-hangzhou:123:secret/a";
    assertThat(secret(Secrets.current(arn), answer()).name().value()).isEqualTo("a");
    var named = with("SecretName", new JsonPrimitive(arn));
    assertThat(secret(Secrets.current(arn), named).name().value()).isEqualTo(arn);
  }

  @Test
  void another_version_or_one_without_the_stage_that_was_asked_for_is_not_the_one_that_is_meant() {
    var version = new VersionId("v1");
    var carried = new VersionSelector(Optional.of(version), Optional.of(Stage.CURRENT));
    var missing = new VersionSelector(Optional.of(version), Optional.of(Stage.PREVIOUS));
    assertThat(read(new SecretQuery(QUERY.name(), carried), answer())).isInstanceOf(Fetched.class);
    assertThatRefusedAlone(read(new SecretQuery(QUERY.name(), missing), answer()));
    assertThatRefusedAlone(read(Secrets.byId("a", "v2"), answer()));
  }

  private static void assertThatRefusedAlone(FetchOutcome outcome) {
    var refused = assertThat(outcome).asInstanceOf(type(Refused.class)).actual();
    assertThat(refused.scope()).isEqualTo(Refused.Scope.QUERY);
    assertThat(refused.error().status()).isEqualTo(404);
  }

  private static JsonObject answer() {
    return JsonParser.parseString(
            """
            {"SecretName":"a","SecretData":"hunter2","SecretDataType":"text","VersionId":"v1",
             "VersionStages":{"VersionStage":["ACSCurrent"]}}\
            """)
        .getAsJsonObject();
  }

  private static JsonObject with(String field, JsonElement value) {
    var answer = answer();
    answer.add(field, value);
    return answer;
  }

  private static FetchOutcome read(SecretQuery query, JsonObject answer) {
    return SecretAnswer.read(query, answer.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Secret secret(SecretQuery query, JsonObject answer) {
    return assertThat(read(query, answer)).asInstanceOf(type(Fetched.class)).actual().secret();
  }

  private static void assertThatUnreadable(JsonObject answer) {
    assertThatUnreadable(answer.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void assertThatUnreadable(byte[] body) {
    assertThat(SecretAnswer.read(QUERY, body))
        .isInstanceOfSatisfying(
            Unavailable.class,
            unavailable -> {
              assertThat(unavailable.cause()).isEqualTo(Cause.UNREADABLE);
              assertThat(unavailable.detail()).doesNotContain("hunter2");
            });
  }
}
