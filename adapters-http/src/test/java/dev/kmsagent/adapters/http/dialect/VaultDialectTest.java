package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kmsagent.domain.DataType;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VaultDialectTest {
  private final VaultDialect dialect = new VaultDialect(Optional.empty());

  private JsonObject dataOf(String value) {
    return Fixtures.json(dialect.secret(Fixtures.bare("v1", value)))
        .getAsJsonObject("data")
        .getAsJsonObject("data");
  }

  @Test
  void a_secret_is_what_a_read_of_version_2_answers() {
    assertThat(Fixtures.text(dialect.secret(Fixtures.full(DataType.TEXT, "{\"user\": \"u\"}"))))
        .isEqualTo(
            """
            {"request_id":"the RequestId","lease_id":"","renewable":false,"lease_duration":0,\
            "data":{"data":{"user": "u"},"metadata":{"created_time":"2025-12-31T01:02:03Z",\
            "custom_metadata":{"SecretName":"app/db","SecretDataType":"text","VersionId":"v12",\
            "VersionStages":"mine,ACSCurrent,ACSPrevious","SecretType":"the SecretType",\
            "CreateTime":"2025-12-31T01:02:03Z","RequestId":"the RequestId",\
            "LastRotationDate":"the LastRotationDate","NextRotationDate":"the NextRotationDate",\
            "RotationInterval":"the RotationInterval","AutomaticRotation":"the AutomaticRotation",\
            "ExtendedConfig":"the ExtendedConfig"},"deletion_time":"","destroyed":false,\
            "version":12}},"wrap_info":null,"warnings":null,"auth":null}
            """);
  }

  @Test
  void an_object_keeps_its_numbers_to_the_digit_and_names_that_come_twice() {
    var odd = "{\"n\":12345678901234567890.10,\"e\":1E+2,\"n\":[-0,{}]}";
    assertThat(Fixtures.text(dialect.secret(Fixtures.bare("v1", odd))))
        .contains("\"data\":{\"data\":" + odd + ",");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pw",
        "",
        "[1]",
        "\"a\"",
        "1",
        "null",
        "{",
        "{}x",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "\ufeff{}",
        "{\"a\":\"\t\"}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":\"\\x\"}",
        "{}//",
        "{\"a\"=1}"
      })
  void what_is_no_json_object_goes_under_a_key_of_its_own(String value) {
    assertThat(dataOf(value).get("value").getAsString()).isEqualTo(value);
  }

  @Test
  void binary_data_goes_under_a_key_of_its_own() {
    var json = Fixtures.json(dialect.secret(Fixtures.full(DataType.BINARY, "e30=")));
    assertThat(json.getAsJsonObject("data").getAsJsonObject("data").get("value").getAsString())
        .isEqualTo("e30=");
  }

  @Test
  void an_object_is_taken_as_it_is_up_to_the_greatest_depth() {
    var deep = nested(Json.MAX_DEPTH);
    assertThat(Fixtures.text(dialect.secret(Fixtures.bare("v1", deep)))).contains(deep);
    var deeper = nested(100_000);
    assertThat(dataOf(deeper).get("value").getAsString()).isEqualTo(deeper);
  }

  private static String nested(int depth) {
    return "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
  }

  @ParameterizedTest
  @CsvSource({
    "v12,12",
    "7,7",
    "v007,7",
    "999999999,999999999",
    "v0,1114692173",
    "0,1609362278",
    "latest,1579035594",
    "v1234567890,1194401163",
    "vv1,1966390739",
    "0d4b1c2e-0000,1712941470"
  })
  void the_version_is_the_number_that_the_id_tells_or_else_a_hash(String id, int number) {
    var json = Fixtures.json(dialect.secret(Fixtures.bare(id, "pw")));
    var metadata = json.getAsJsonObject("data").getAsJsonObject("metadata");
    assertThat(metadata.get("version").getAsInt()).isEqualTo(number);
    assertThat(metadata.has("created_time")).isFalse();
  }

  @Test
  void a_failure_is_a_list_of_errors() {
    assertThat(Fixtures.text(dialect.failure(Failure.noSuchPath(), "ours-1")))
        .isEqualTo("{\"errors\":[\"InvalidPath: there is nothing at this path\"]}");
  }
}
