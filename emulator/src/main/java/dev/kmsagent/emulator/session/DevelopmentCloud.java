package dev.kmsagent.emulator.session;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.kms.StoredVersion;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cloud of an agent in development, with the configuration of the agent and what a person can
 * try.
 *
 * @param identity as whom the agent calls KMS; as a node it serves three service accounts, two of
 *     which have a role
 * @param tls whether clients call the agent with TLS, by a certificate in the folder of the cloud
 * @param secrets their names; the first is the example
 * @param field a field of one of them, in a query; empty if none is a JSON object
 */
public record DevelopmentCloud(
    EmulatedCloud cloud,
    Identity identity,
    boolean tls,
    List<String> secrets,
    Optional<String> field)
    implements AutoCloseable {
  /** Short, so that one sees the cache take up a rotated secret. */
  private static final String TTL_SECONDS = "30";

  private static final String TLS_SETTINGS =
      " KMS_AGENT_SERVER_TLSCERTIFICATEFILE={folder}/server.pem"
          + " KMS_AGENT_SERVER_TLSKEYFILE={folder}/server.key";

  private static final String NAMESPACE = "shop";
  private static final String ROLE_OF = "kms." + NAMESPACE + ".";

  /** The roles of the service accounts, each for the one of its name. */
  private static final Seeds ROLES =
      new Seeds(
          List.of(),
          List.of(),
          Stream.of("orders", "billing").map(DevelopmentCloud::role).toList());

  public DevelopmentCloud {
    secrets = List.copyOf(secrets);
  }

  private static Role role(String account) {
    var subject = "system:serviceaccount:" + NAMESPACE + ":" + account;
    return Role.named(ROLE_OF + account).trusting(TrustPolicy.everybody().subjects(subject));
  }

  /** Starts the services that the identity needs; with TLS all, for their certificates. */
  public static DevelopmentCloud start(
      Identity identity, boolean tls, Seeds seeds, Path folder, Reach reach) throws IOException {
    var kms = reach.isOpen() ? EmulatedCloud.KMS_PORT : 0;
    var all = identity == Identity.NODE ? ROLES.and(seeds) : seeds;
    var cloud =
        identity == Identity.KEY && !tls
            ? EmulatedCloud.kmsOnly(seeds, folder, reach, kms)
            : EmulatedCloud.complete(all, folder, reach, EmulatedCloud.Listeners.kmsAt(kms), tls);
    return new DevelopmentCloud(
        cloud,
        identity,
        tls,
        seeds.secrets().stream().map(StoredSecret::name).toList(),
        seeds.secrets().stream().flatMap(DevelopmentCloud::lastField).findFirst());
  }

  private static Stream<String> lastField(StoredSecret secret) {
    return secret.versions().byStage(StoredVersion.CURRENT).stream()
        .flatMap(current -> fields(current.value()))
        .reduce((_, last) -> last)
        .filter(_ -> secret.access() == StoredSecret.Access.ALLOWED)
        .map(field -> "secretId=" + inUrl(secret.name()) + "&field=" + inUrl(field))
        .stream();
  }

  private static Stream<String> fields(StoredValue value) {
    try {
      return value.type() == StoredValue.Type.TEXT
              && JsonParser.parseString(value.data()) instanceof JsonObject object
          ? object.keySet().stream()
          : Stream.of();
    } catch (JsonParseException text) {
      return Stream.of();
    }
  }

  /** The file of the token that the agent's clients send; the first pod's is written. */
  public Path clientToken() throws IOException {
    return identity == Identity.NODE ? podToken("orders") : cloud.folder().resolve("token");
  }

  private Path podToken(String account) throws IOException {
    var file = cloud.folder().resolve("token-of-" + account);
    var token = cloud.emulator().oidc().tokenFor(NAMESPACE, account);
    token.livingFor(EmulatedCloud.LIFE_OF_TOKEN).writeTo(file);
    return file;
  }

  /** The configuration of an agent that listens on this port, in TOML; it is in a file, too. */
  public String configuration(int port) throws IOException {
    var values = values();
    values.put("port", Integer.toString(port));
    var listen = cloud.reach().isOpen() ? Template.read("dev-listen.toml") : "";
    var certificate = tls ? Template.read("dev-tls.toml") : "";
    var credentials = Template.read("dev-" + identity + ".toml");
    var text = Template.read("dev.toml").replace("{listen}", listen + certificate);
    var configuration = Template.fill(text.replace("{credentials}", credentials), values);
    Files.writeString(cloud.folder().resolve("config.toml"), configuration);
    return configuration;
  }

  /** Lines to paste into a shell, where {@code {port}} stands for that of the agent. */
  public String guide() throws IOException {
    var agent = (tls ? "https://" : "http://") + cloud.reach().host() + ":{port}";
    var name = secrets.isEmpty() ? "" : inUrl(secrets.getFirst());
    var values = values();
    values.put("agent", agent);
    values.put("name", name);
    values.put("url", agent + "/secretsmanager/get?secretId=" + name);
    values.put("trust", tls ? "--cacert " + EmulatedEnvironment.quoted(cloud.caFile()) + " " : "");
    values.put("token", inShell(clientToken()));
    values.put("field", field.orElse(""));
    values.put(
        "token-setting",
        cloud.reach().isOpen() ? inShell(clientToken()) : "file://" + clientToken());
    values.put("secrets", String.join(", ", secrets));
    var example = secrets.isEmpty() ? "" : Template.read("dev-example.txt");
    var ofField = field.isEmpty() ? "" : Template.read("dev-field.txt");
    var others = Template.read("dev-" + identity + ".txt");
    var text =
        Template.read("dev.txt")
            .replace("{example}", example)
            .replace("{field-example}", ofField)
            .replace("{tls-settings}", tls ? TLS_SETTINGS : "")
            .replace("{others}", others);
    return Template.fill(text, values);
  }

  private Map<String, String> values() throws IOException {
    var emulator = cloud.emulator();
    var reach = cloud.reach();
    var hostNames = reach.hostNames().stream().map(host -> '"' + host + '"');
    var values = new HashMap<String, String>();
    values.put("kms", cloud.endpoint());
    values.put("endpoint", emulator.endpoint());
    values.put("region", EmulatedCloud.REGION);
    values.put("ttl", TTL_SECONDS);
    values.put("warning", reach.warning());
    values.put("host-names", hostNames.collect(joining(",")));
    values.put("key-id", EmulatedCloud.KEY_ID);
    values.put("key-proof", EmulatedCloud.KEY_PROOF);
    values.put("folder", cloud.folder().toString());
    if (identity != Identity.KEY) {
      values.put("sts", emulator.sts().endpoint());
      values.put("ca", cloud.caFile().toString());
      values.put("provider", emulator.oidc().arn());
      values.put("issuer", emulator.oidc().issuer());
      values.put("role-arn", cloud.roleArn());
      values.put("role-token", cloud.tokenFile().toString());
      values.put("pods-arn", emulator.roles().arn("kms."));
      values.put("billing", inShell(podToken("billing")));
      values.put("guest", inShell(podToken("guest")));
    }
    return values;
  }

  /** A word of a shell; the file is of use on this machine alone. */
  private String inShell(Path token) throws IOException {
    return cloud.reach().isOpen() ? Files.readString(token) : "\"$(cat " + token + ")\"";
  }

  /** A slash may stand in a query (RFC 3986 3.4), and is easier to read. */
  private static String inUrl(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%2F", "/");
  }

  @Override
  public void close() throws IOException {
    cloud.close();
  }
}
