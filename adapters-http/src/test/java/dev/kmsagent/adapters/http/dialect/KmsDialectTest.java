package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Stage;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class KmsDialectTest {
  private final KmsDialect dialect = new KmsDialect();

  @Test
  void a_secret_is_what_get_secret_value_answers() {
    var form = dialect.secret(Fixtures.full(DataType.TEXT, "p\"w"));
    assertThat(Fixtures.text(form))
        .isEqualTo(
            """
            {"SecretName":"app/db","SecretData":"p\\"w","SecretDataType":"text","VersionId":"v12",\
            "VersionStages":{"VersionStage":["mine","ACSCurrent","ACSPrevious"]},\
            "SecretType":"the SecretType","CreateTime":"2025-12-31T01:02:03Z",\
            "RequestId":"the RequestId","LastRotationDate":"the LastRotationDate",\
            "NextRotationDate":"the NextRotationDate","RotationInterval":"the RotationInterval",\
            "AutomaticRotation":"the AutomaticRotation","ExtendedConfig":"the ExtendedConfig"}""");
  }

  @Test
  void what_kms_did_not_say_is_not_said() {
    var json = Fixtures.json(dialect.secret(Fixtures.bare("v1", "pw")));
    assertThat(json.keySet())
        .isEqualTo(
            Set.of("SecretName", "SecretData", "SecretDataType", "VersionId", "VersionStages"));
  }

  @Test
  void binary_data_stays_base64_and_says_so() {
    var json = Fixtures.json(dialect.secret(Fixtures.full(DataType.BINARY, "AAEC")));
    assertThat(json.get("SecretDataType").getAsString()).isEqualTo("binary");
    assertThat(json.get("SecretData").getAsString()).isEqualTo("AAEC");
  }

  @Test
  void stages_are_spelled_as_kms_does() {
    assertThat(dialect.stage("ACSCurrent")).isEqualTo(Stage.CURRENT);
    assertThat(dialect.stage("AWSCURRENT")).isEqualTo(new Stage("AWSCURRENT"));
  }

  @Property
  void any_value_comes_through(@ForAll String value) {
    var wellFormed = value.replaceAll("[\\ud800-\\udfff]", "");
    var json = Fixtures.json(dialect.secret(Fixtures.bare("v1", wellFormed)));
    assertThat(json.get("SecretData").getAsString()).isEqualTo(wellFormed);
  }

  @Test
  void a_failure_of_kms_carries_the_id_of_its_answer() {
    var failure = new Failure(403, "Forbidden.RAM", "no", "upstream-1");
    assertThat(Fixtures.text(dialect.failure(failure, "ours-1")))
        .isEqualTo("{\"Code\":\"Forbidden.RAM\",\"Message\":\"no\",\"RequestId\":\"upstream-1\"}");
  }

  @Test
  void a_failure_of_ours_carries_the_id_of_the_request() {
    assertThat(Fixtures.text(dialect.failure(Failure.noSuchPath(), "ours-1")))
        .isEqualTo(
            "{\"Code\":\"InvalidPath\",\"Message\":\"there is nothing at this path\","
                + "\"RequestId\":\"ours-1\"}");
  }
}
