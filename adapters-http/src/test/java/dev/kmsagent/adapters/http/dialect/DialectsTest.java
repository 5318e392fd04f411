package dev.kmsagent.adapters.http.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.management.ThreadMXBean;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each dialect writes of secrets and failures, and reads back. */
class DialectsTest {
  private final Dialect kms = of(ResponseType.KMS);
  private final Dialect aws = of(ResponseType.AWS_SECRETS_MANAGER);
  private final Dialect vault = of(ResponseType.HASHICORP_KV);

  private static ServerConfig config(String keys) {
    var loader = new ConfigLoader(Map.of(), Path.of(""));
    var loaded = loader.loadServer(new ConfigSource.Text("test", "[Server]\n" + keys));
    return ((LoadResult.Loaded<ServerConfig>) loaded).config();
  }

  private static Dialect of(ResponseType type) {
    return switch (type) {
      case KMS -> new KmsDialect();
      case AWS_SECRETS_MANAGER -> new AwsDialect();
      case HASHICORP_KV -> new VaultDialect(Optional.empty());
    };
  }

  /** A secret of which KMS said all that it can say. */
  private static Secret full(DataType type, String value) {
    var attributes = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    for (var attribute : SecretAttribute.values()) {
      attributes.put(attribute, "the " + attribute.field());
    }
    attributes.put(SecretAttribute.CREATE_TIME, "2025-12-31T01:02:03Z");
    return secret("v12", type, value, attributes);
  }

  /** A secret of which KMS said as little as it may. */
  private static Secret bare(String version, String value) {
    return secret(version, DataType.TEXT, value, Map.of());
  }

  private static Secret secret(
      String version, DataType type, String value, Map<SecretAttribute, String> attributes) {
    return new Secret(
        new SecretName("app/db"),
        new VersionId(version),
        List.of(new Stage("mine"), Stage.CURRENT, Stage.PREVIOUS),
        type,
        new ConfidentialText(value),
        attributes);
  }

  private static String text(byte[] body) {
    return new String(body, UTF_8);
  }

  private static JsonObject json(byte[] body) {
    return JsonParser.parseString(text(body)).getAsJsonObject();
  }

  @Test
  void kms_writes_what_get_secret_value_answers() {
    assertThat(text(kms.secret(full(DataType.TEXT, "p\"w"))))
        .isEqualTo(
            """
            {"SecretName":"app/db","SecretData":"p\\"w","SecretDataType":"text","VersionId":"v12",\
            "VersionStages":{"VersionStage":["mine","ACSCurrent","ACSPrevious"]},\
            "SecretType":"the SecretType","CreateTime":"2025-12-31T01:02:03Z",\
            "RequestId":"the RequestId","LastRotationDate":"the LastRotationDate",\
            "NextRotationDate":"the NextRotationDate","RotationInterval":"the RotationInterval",\
            "AutomaticRotation":"the AutomaticRotation","ExtendedConfig":"the ExtendedConfig"}""");
    assertThat(text(kms.secret(bare("v1", "pw"))))
        .as("what KMS did not say is not said")
        .isEqualTo(
            """
            {"SecretName":"app/db","SecretData":"pw","SecretDataType":"text","VersionId":"v1",\
            "VersionStages":{"VersionStage":["mine","ACSCurrent","ACSPrevious"]}}""");
  }

  @Test
  void aws_writes_what_its_agent_answers() {
    assertThat(text(aws.secret(full(DataType.TEXT, "{\"a\":1}"))))
        .isEqualTo(
            """
            {"Name":"app/db","VersionId":"v12","SecretString":"{\\"a\\":1}",\
            "VersionStages":["mine","AWSCURRENT","AWSPREVIOUS"],"CreatedDate":"1767142923"}""");
    assertThat(json(aws.secret(full(DataType.BINARY, "AAEC"))).keySet())
        .contains("SecretBinary")
        .doesNotContain("SecretString");
    var odd = Map.of(SecretAttribute.CREATE_TIME, "yesterday");
    for (var undated : List.of(secret("v1", DataType.TEXT, "pw", odd), bare("v1", "pw"))) {
      assertThat(json(aws.secret(undated)).has("CreatedDate")).isFalse();
    }
  }

  @Test
  void vault_writes_what_a_read_of_version_2_answers() {
    assertThat(text(vault.secret(full(DataType.TEXT, "{\"user\": \"u\"}"))))
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
  void a_mount_of_vault_gives_each_secret_a_lease_and_a_date() {
    var mounted = Dialects.ofVault(config("VaultMount = \"s\"\nVaultLeaseSeconds = 60"));
    assertThat(text(mounted.secret(bare("v1", "pw"))))
        .contains("\"lease_duration\":60", "\"created_time\":\"1970-01-01T00:00:00Z\"");
  }

  /** Stages as clients spell them, and as KMS does. */
  @ParameterizedTest
  @CsvSource({
    "AWS_SECRETS_MANAGER, AWSCURRENT, ACSCurrent",
    "AWS_SECRETS_MANAGER, AWSPREVIOUS, ACSPrevious",
    "AWS_SECRETS_MANAGER, ACSCurrent, ACSCurrent",
    "AWS_SECRETS_MANAGER, mine, mine",
    "KMS, AWSCURRENT, AWSCURRENT"
  })
  void stages_are_spelled_as_the_clients_do(ResponseType type, String spelling, String stage) {
    assertThat(of(type).stage(spelling)).isEqualTo(new Stage(stage));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          KMS                 | {"Code":"Nope","Message":"no","RequestId":"theirs"}
          AWS_SECRETS_MANAGER | {"__type":"Nope","message":"no"}
          HASHICORP_KV        | {"errors":["Nope: no"]}
          """)
  void a_failure_is_written_in_the_dialect(ResponseType type, String body) {
    var failure = new Failure(403, "Nope", "no", "theirs", "");
    assertThat(text(of(type).failure(failure, "ours"))).isEqualTo(body);
    assertThat(text(kms.failure(Failure.NO_SUCH_PATH, "ours")))
        .as("without an answer of KMS")
        .contains("\"RequestId\":\"ours\"");
  }

  @Test
  void vault_keeps_an_object_to_the_digit_with_names_that_come_twice() {
    var odd = "{\"n\":12345678901234567890.10,\"e\":1E+2,\"n\":[-0,{}]}";
    assertThat(text(vault.secret(bare("v1", odd)))).contains("\"data\":{\"data\":" + odd + ",");
  }

  /** Binary data is no JSON, whatever its base64 says. */
  @ParameterizedTest
  @CsvSource({"TEXT, pw", "TEXT, ''", "TEXT, [1]", "TEXT, {}x", "TEXT, '{\"a\":01}'", "BINARY, {}"})
  void vault_puts_what_is_no_json_object_under_a_key_of_its_own(DataType type, String value) {
    var data = json(vault.secret(full(type, value))).getAsJsonObject("data");
    assertThat(data.getAsJsonObject("data").get("value").getAsString()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "7,7",
    "v007,7",
    "999999999,999999999",
    "v0,1114692173",
    "v1234567890,1194401163",
    "0d4b1c2e-0000,1712941470"
  })
  void vault_takes_the_number_that_the_id_tells_or_else_a_hash(String id, int number) {
    var metadata = json(vault.secret(bare(id, "pw"))).getAsJsonObject("data").get("metadata");
    assertThat(metadata.getAsJsonObject().get("version").getAsInt()).isEqualTo(number);
    assertThat(metadata.getAsJsonObject().has("created_time")).isFalse();
  }

  private static void assertReadBack(ResponseType type, DataType dataType, String value) {
    var dialect = of(type);
    var read = dialect.value(text(dialect.secret(full(dataType, value))));
    assertThat(read.value().reveal()).isEqualTo(value);
    assertThat(read.type()).isEqualTo(dataType);
  }

  @ParameterizedTest
  @EnumSource
  void a_value_is_read_byte_for_byte(ResponseType type) {
    assertReadBack(type, DataType.BINARY, "AAEC");
    assertReadBack(type, DataType.BINARY, "e30=");
    for (var text :
        List.of(
            "",
            "pä\"ss\\\n",
            "{\"value\":5}",
            "{\"value\":\"x\"}",
            "x",
            " {\"a\" : 1.0, \"a\":[1e5 , {\"metadata\":{}}], \"b\":\"}\\\"\\\\\"} \r\n",
            "{\"a\":\"\\u00e4\\/\"}\n")) {
      assertReadBack(type, DataType.TEXT, text);
    }
  }

  @Property
  void any_text_is_read_byte_for_byte(@ForAll ResponseType type, @ForAll String any) {
    var wellFormed = new String(any.getBytes(UTF_8), UTF_8);
    assertReadBack(type, DataType.TEXT, wellFormed);
    assertReadBack(
        type, DataType.TEXT, text(Json.object(json -> json.name(wellFormed).value(wellFormed))));
  }

  @ParameterizedTest
  @CsvSource({"0, KMS", "1, AWS_SECRETS_MANAGER", "2, HASHICORP_KV"})
  void a_secret_is_rendered_in_the_dialect_and_in_vaults_if_that_is_another(
      int number, ResponseType type) {
    var secret = full(DataType.TEXT, "pw");
    var keys = "ResponseType = " + number;
    var alone = new DialectRenderer(config(keys)).render(secret);
    var both = new DialectRenderer(config(keys + "\nVaultMount = \"s\"")).render(secret);

    var own = new Representation(of(type).secret(secret));
    var vaults = new Representation(vault.secret(secret));
    assertThat(alone).isEqualTo(own);
    assertThat(alone.alternative()).isEqualTo(own);
    assertThat(both).isEqualTo(own);
    assertThat(both.alternative()).isEqualTo(vaults);
    assertThat(both.size()).isEqualTo(number == 2 ? own.size() : own.size() + vaults.size());
  }

  /** The value as text, the buffer, the body; no buffer that doubles. */
  @Test
  void rendering_a_large_value_takes_six_times_its_size_of_memory_at_most() {
    var secret = full(DataType.TEXT, "\"".repeat(30_000));
    // What the JDK sets up once, at whichever of them, is no part of a rendering.
    var least = LongStream.generate(() -> allocatedBy(secret)).limit(10).min().orElseThrow();
    assertThat(least).isLessThan(6 * 30_000);
  }

  private long allocatedBy(Secret secret) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var before = threads.getCurrentThreadAllocatedBytes();
    kms.secret(secret);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
