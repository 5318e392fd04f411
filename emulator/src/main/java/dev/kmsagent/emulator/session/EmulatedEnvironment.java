package dev.kmsagent.emulator.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What an SDK and an agent need to use an emulated cloud, and no other, as assignments for a shell.
 * The names of credentials are those that the SDKs read.
 *
 * @param identity whose credentials: key, rrsa or uri
 * @param hasFiles whether who reads it sees the folder of the cloud
 */
public record EmulatedEnvironment(
    EmulatedCloud cloud, EmulatedCloud.Listeners listeners, String identity, boolean hasFiles) {
  /** The text, of which each line can be pasted. In its templates only files stand unquoted. */
  public String text() throws IOException {
    var lines = (template("emulator") + template("emulator-" + identity)).lines();
    var text = lines.filter(line -> hasFiles || !line.endsWith("}")).collect(joining("\n"));
    for (var value : values().entrySet()) {
      text = text.replace("{" + value.getKey() + "}", value.getValue());
    }
    return text + "\n";
  }

  private static String template(String name) throws IOException {
    try (var in = EmulatedEnvironment.class.getResourceAsStream(name + ".env")) {
      return new String(requireNonNull(in, name).readAllBytes(), UTF_8);
    }
  }

  private Map<String, String> values() {
    var emulator = cloud.emulator();
    var tls = listeners.shared().stream().mapToObj(port -> cloud.reach().host() + ":" + port);
    var shared = tls.findFirst();
    return Map.ofEntries(
        Map.entry("kms", cloud.endpoint()),
        Map.entry("scheme", listeners.scheme()),
        Map.entry("sts", cloud.endpoint(emulator.sts())),
        Map.entry("metadata", cloud.endpoint(emulator.metadata())),
        Map.entry("region", EmulatedCloud.REGION),
        Map.entry("ca", quoted(cloud.caFile())),
        Map.entry("store", quoted(cloud.trustStore())),
        Map.entry("agent-kms", shared.orElse(cloud.endpoint())),
        Map.entry("agent-scheme", shared.isPresent() ? "https" : listeners.scheme()),
        Map.entry("sts-region", shared.isPresent() ? EmulatedCloud.REGION : "cn-emulated"),
        Map.entry("key-id", EmulatedCloud.KEY_ID),
        Map.entry("key-proof", EmulatedCloud.KEY_PROOF),
        Map.entry("role", EmulatedCloud.ROLE),
        Map.entry("role-arn", cloud.roleArn()),
        Map.entry("provider", emulator.oidc().arn()),
        Map.entry("token", quoted(cloud.tokenFile())));
  }

  /** In single quotes a shell changes nothing. */
  public static String quoted(Path path) {
    return "'" + path.toString().replace("'", "'\\''") + "'";
  }
}
