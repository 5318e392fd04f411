package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.Stage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsDialectTest {
  private final AwsDialect dialect = new AwsDialect();

  @Test
  void a_text_is_a_secret_string() {
    assertThat(Fixtures.text(dialect.secret(Fixtures.full(DataType.TEXT, "{\"a\":1}"))))
        .isEqualTo(
            """
            {"Name":"app/db","VersionId":"v12","SecretString":"{\\"a\\":1}",\
            "VersionStages":["mine","AWSCURRENT","AWSPREVIOUS"],"CreatedDate":"1767142923"}""");
  }

  @Test
  void binary_data_is_a_secret_binary() {
    var json = Fixtures.json(dialect.secret(Fixtures.full(DataType.BINARY, "AAEC")));
    assertThat(json.get("SecretBinary").getAsString()).isEqualTo("AAEC");
    assertThat(json.has("SecretString")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2025-12-31T01:02:00Z, 1767142920",
    "2025-12-31T01:02:03.25Z, 1767142923.25",
    "1970-01-01T00:00:00Z, 0"
  })
  void the_date_is_a_text_of_epoch_seconds(String createTime, String createdDate) {
    var created =
        Fixtures.secret("v1", DataType.TEXT, "pw", Map.of(SecretAttribute.CREATE_TIME, createTime));
    assertThat(Fixtures.json(dialect.secret(created)).get("CreatedDate"))
        .isEqualTo(new JsonPrimitive(createdDate));
  }

  @Test
  void the_date_is_left_out_where_kms_gave_none_or_an_unknown_form() {
    var odd =
        Fixtures.secret(
            "v1", DataType.TEXT, "pw", Map.of(SecretAttribute.CREATE_TIME, "yesterday"));
    assertThat(Fixtures.json(dialect.secret(odd)).has("CreatedDate")).isFalse();
    assertThat(Fixtures.json(dialect.secret(Fixtures.bare("v1", "pw"))).has("CreatedDate"))
        .isFalse();
  }

  @Test
  void the_standard_stages_go_by_both_their_names() {
    assertThat(dialect.stage("AWSCURRENT")).isEqualTo(Stage.CURRENT);
    assertThat(dialect.stage("ACSCurrent")).isEqualTo(Stage.CURRENT);
    assertThat(dialect.stage("AWSPREVIOUS")).isEqualTo(Stage.PREVIOUS);
    assertThat(dialect.stage("mine")).isEqualTo(new Stage("mine"));
  }

  @Test
  void a_failure_names_its_type() {
    assertThat(Fixtures.text(dialect.failure(Failure.noSuchPath(), "ours-1")))
        .isEqualTo("{\"__type\":\"InvalidPath\",\"message\":\"there is nothing at this path\"}");
  }
}
