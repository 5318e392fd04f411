package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * HashiCorp Vault: the JSON of a read from its KV engine, version 2, and of its errors. An answer
 * ends in a line feed if the value is a JSON object, which is copied as it is: only this tells
 * {@code {"value":"x"}} from {@code x}, which is wrapped into the same object.
 *
 * @param lease of a mount of Vault; with one every secret has a date, as clients expect
 */
record VaultDialect(Optional<Duration> lease) implements Dialect {
  /** What stands before a value that was copied: in no text, where quotation marks are escaped. */
  private static final String DATA = "\"data\":{\"data\":";

  /** What follows it, and stands in no text that follows. */
  private static final String METADATA = ",\"metadata\":{";

  private static final String NO_DATE = Instant.EPOCH.toString();

  @Override
  public byte[] secret(Secret secret) {
    var value = secret.value().reveal();
    // Binary data is no JSON, whatever its base64 says.
    return secret.dataType() == DataType.TEXT && Json.isObject(value)
        ? withLineFeed(body(secret, json -> json.jsonValue(value)))
        : body(secret, json -> json.beginObject().name("value").value(value).endObject());
  }

  private static byte[] withLineFeed(byte[] body) {
    var ended = Arrays.copyOf(body, body.length + 1);
    ended[body.length] = '\n';
    return ended;
  }

  private byte[] body(Secret secret, Json.Members data) {
    var requestId = secret.kmsRequestId();
    long leaseSeconds = lease.map(Duration::toSeconds).orElse(0L);
    return Json.object(
        secret,
        VaultMetadata.envelope(requestId, leaseSeconds, json -> members(json, secret, data)));
  }

  private void members(JsonWriter json, Secret secret, Json.Members data) throws IOException {
    data.write(json.name("data"));
    metadata(json.name("metadata").beginObject(), secret);
    json.endObject();
  }

  private void metadata(JsonWriter json, Secret secret) throws IOException {
    var created = secret.attribute(SecretAttribute.CREATE_TIME);
    if (created.isPresent() || lease.isPresent()) {
      json.name("created_time").value(created.orElse(NO_DATE));
    }
    json.name("custom_metadata").beginObject();
    customMetadata(json, secret);
    json.endObject();
    json.name("deletion_time").value("");
    json.name("destroyed").value(false);
    json.name("version").value(VaultMetadata.number(secret.version()));
  }

  /** What Vault has no member for, under KMS's names; custom metadata is text. */
  private static void customMetadata(JsonWriter json, Secret secret) throws IOException {
    json.name("SecretName").value(secret.name().value());
    json.name("SecretDataType").value(KmsDialect.spelling(secret.dataType()));
    json.name("VersionId").value(secret.version().value());
    json.name("VersionStages")
        .value(secret.stages().stream().map(Stage::value).collect(Collectors.joining(",")));
    KmsDialect.attributes(json, secret);
  }

  @Override
  public byte[] failure(Failure failure, String requestId) {
    return Json.object(
        json -> Json.array(json, "errors", Stream.of(failure.code() + ": " + failure.message())));
  }

  @Override
  public SecretContent value(String body) {
    var answer = JsonParser.parseString(body).getAsJsonObject().getAsJsonObject("data");
    var metadata = answer.getAsJsonObject("metadata");
    var type = metadata.getAsJsonObject("custom_metadata").get("SecretDataType").getAsString();
    var content =
        body.endsWith("\n")
            ? body.substring(body.indexOf(DATA) + DATA.length(), body.lastIndexOf(METADATA))
            : answer.getAsJsonObject("data").get("value").getAsString();
    return new SecretContent(KmsDialect.dataType(type), new ConfidentialText(content));
  }
}
