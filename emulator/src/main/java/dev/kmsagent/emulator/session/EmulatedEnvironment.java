package dev.kmsagent.emulator.session;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What an SDK and an agent need to use an emulated cloud, and no other, as assignments for a shell.
 * The names of credentials are those that the SDKs read.
 *
 * @param identity whose credentials
 * @param hasFiles whether who reads it sees the folder of the cloud
 */
public record EmulatedEnvironment(
    EmulatedCloud cloud, EmulatedCloud.Listeners listeners, Identity identity, boolean hasFiles) {
  /** The text, of which each line can be pasted. In its templates only files stand unquoted. */
  public String text() throws IOException {
    var all = Template.read("emulator.env") + Template.read("emulator-" + identity + ".env");
    var lines = all.lines().filter(line -> hasFiles || !line.endsWith("}"));
    return Template.fill(lines.collect(joining("\n")), values()) + "\n";
  }

  private Map<String, String> values() {
    var emulator = cloud.emulator();
    var shared = listeners.shared().map(port -> cloud.reach().host() + ":" + port);
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
