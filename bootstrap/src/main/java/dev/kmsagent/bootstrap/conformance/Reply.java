package dev.kmsagent.bootstrap.conformance;

import dev.kmsagent.adapters.http.dialect.JsonText;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An answer. Its body may be a secret, so it prints as its status.
 *
 * @param headers by name in lower case; of several fields, the last
 */
record Reply(int status, Map<String, String> headers, String body) {
  Reply {
    headers = Map.copyOf(headers);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether the request, or its client, was refused. */
  boolean isRefusal() {
    return status >= 400 && status < 500;
  }

  /** How the dialect calls the current version. */
  String stage() {
    return dialect().filter(name -> name.startsWith("AWS")).isPresent()
        ? "AWSCURRENT"
        : "ACSCurrent";
  }

  /** The dialect of an answer with a secret. */
  Optional<String> dialect() {
    if (member("SecretData").isPresent()) {
      return Optional.of("KMS (ResponseType 0)");
    }
    if (member("SecretString").or(() -> member("SecretBinary")).isPresent()) {
      return Optional.of("AWS Secrets Manager (ResponseType 1)");
    }
    return vaultData().isPresent() ? Optional.of("Vault KV (ResponseType 2)") : Optional.empty();
  }

  /** The value in an answer with a secret, as the JSON that it is. */
  Optional<JsonText> value() {
    return member("SecretData")
        .or(() -> member("SecretString"))
        .or(() -> member("SecretBinary"))
        .or(this::vaultData);
  }

  /** The id of the version in an answer with a secret. */
  Optional<String> version() {
    return member("VersionId")
        .or(
            () ->
                member("data")
                    .flatMap(data -> data.member("metadata"))
                    .flatMap(metadata -> metadata.member("custom_metadata"))
                    .flatMap(custom -> custom.member("VersionId")))
        .map(JsonText::plain);
  }

  private Optional<JsonText> vaultData() {
    return member("data").flatMap(data -> data.member("data").or(() -> Optional.of(data)));
  }

  private Optional<JsonText> member(String name) {
    return JsonText.object(body).flatMap(object -> object.member(name));
  }

  @Override
  public String toString() {
    return "Reply[" + status + ']';
  }
}
