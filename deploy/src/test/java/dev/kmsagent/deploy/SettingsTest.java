package dev.kmsagent.deploy;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.config.schema.Problem;
import io.fabric8.kubernetes.api.model.Container;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Helm refuses the settings that an agent of the chart would refuse when it starts. */
final class SettingsTest {
  private static final String SIDECAR = "{}";
  private static final String ACCEPTED = "";

  private static final String KEY = "A".repeat(43) + "=";

  private static final String REDIS =
      "CACHE_CACHETYPE=Redis CACHE_REDIS_ADDRESSES=a:1 CACHE_REDIS_ENCRYPTIONKEY=" + KEY;

  /** What the agent of a mode says of settings, beside what the chart gives it with values. */
  private static List<String> problems(
      String mode, Map<String, String> settings, String... values) {
    var node = mode.equals(HelmChart.NODE);
    var documents =
        HelmChart.agent(HelmChart.OLD)
            .render(Stream.concat(Stream.of(mode), Stream.of(values)).toArray(String[]::new));
    var environment = node ? ofNode(documents) : ofSidecar(documents);
    environment.putAll(settings);
    var file =
        node ? Pods.map(HelmChart.one(documents, "ConfigMap"), "data").get("config.toml") : "";
    // The file is in the pod.
    var toml = String.valueOf(file).replaceAll("(?m)^JwksCaFile.*$", "");
    var result =
        new ConfigLoader(environment, Path.of("/"))
            .load(new ConfigSource.Text("config.toml", toml));
    return result instanceof LoadResult.Rejected(var found)
        ? found.stream().map(Problem::message).toList()
        : List.of();
  }

  private static Map<String, String> ofNode(List<Map<String, Object>> documents) {
    var pod = Manifests.pod(Manifests.resource(HelmChart.one(documents, "DaemonSet")));
    return variables(pod.getContainers().getFirst(), "NODE_NAME", "node-1");
  }

  private static Map<String, String> ofSidecar(List<Map<String, Object>> documents) {
    var role = "acs:ram::1234567890123456:role/orders";
    return variables(HelmChart.sidecar(documents), "KMS_AGENT_KMS_ROLEARN", role);
  }

  /** Those of a container, and one of its pod. */
  private static Map<String, String> variables(Container container, String name, String value) {
    var variables =
        container.getEnv().stream()
            .filter(it -> it.getValue() != null)
            .collect(toMap(it -> it.getName(), it -> it.getValue()));
    variables.put(name, value);
    return variables;
  }

  /** What Helm says. */
  private static String refusal(String mode, Map<String, String> settings) {
    var values =
        settings.entrySet().stream()
            .map(it -> it.getKey() + ": " + quoted(it.getValue()))
            .collect(joining(", ", "{settings: {", "}}"));
    try {
      var _ = HelmChart.agent(HelmChart.OLD).render(mode, values);
      return ACCEPTED;
    } catch (IllegalStateException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  private static String quoted(String value) {
    return value.matches("[0-9]+([.][0-9]+)?|true|false") ? value : "'" + value + "'";
  }

  /** Settings without their prefix, and what Helm says of them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SERVER_VAULTLEASESECONDS=60 | SERVER_VAULTLEASESECONDS needs KMS_AGENT_SERVER_VAULTMOUNT
          SERVER_VAULTLEASESECONDS=60 SERVER_VAULTMOUNT=secret | ''
          SERVER_TLSCERTIFICATEFILE=/a | needs KMS_AGENT_SERVER_TLSKEYFILE
          SERVER_TLSKEYFILE=/a | needs KMS_AGENT_SERVER_TLSCERTIFICATEFILE
          SERVER_LISTENADDRESS=0.0.0.0 | needs KMS_AGENT_SERVER_ALLOWREMOTE=true
          SERVER_LISTENADDRESS=0.0.0.0 SERVER_ALLOWREMOTE=true | ''
          SERVER_LISTENADDRESS=127.0.0.2 | ''
          SERVER_LISTENADDRESS=::1 | ''
          KMS_ROLESESSIONNAME=orders | ''
          CACHE_PREFETCH=app | ''
          CACHE_CACHETYPE=Redis CACHE_REDIS_ENCRYPTIONKEY=a | needs KMS_AGENT_CACHE_REDIS_ADDRESSES
          CACHE_CACHETYPE=Redis CACHE_REDIS_ADDRESSES=a:1 | needs KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY
          CACHE_REDIS_ADDRESSES=a:1 | CACHE_REDIS_ADDRESSES needs KMS_AGENT_CACHE_CACHETYPE=Redis
          REDIS | ''
          REDIS CACHE_REDIS_ADDRESSES=a:1,b:1 | needs KMS_AGENT_CACHE_REDIS_MODE=Cluster
          REDIS CACHE_REDIS_ADDRESSES=a:1,b:1 CACHE_REDIS_MODE=Cluster | ''
          REDIS CACHE_REDIS_MODE=Sentinel | needs KMS_AGENT_CACHE_REDIS_SENTINELMASTER
          REDIS CACHE_REDIS_SENTINELMASTER=a | needs KMS_AGENT_CACHE_REDIS_MODE=Sentinel
          REDIS CACHE_REDIS_ADDRESSES=a:1,b:1 CACHE_REDIS_SENTINELMASTER=a CACHE_REDIS_MODE=Sentinel | ''
          REDIS CACHE_REDIS_USERNAME=a | needs KMS_AGENT_CACHE_REDIS_PASSWORD
          REDIS CACHE_REDIS_USERNAME=a CACHE_REDIS_PASSWORD=b | ''
          REDIS CACHE_REDIS_CAFILE=/a | needs KMS_AGENT_CACHE_REDIS_TLS=true
          LOG_AUDIT=true | LOG_AUDIT=true needs audit.enabled: true in its place
          LOG_AUDITREQUIRED=true | LOG_AUDITREQUIRED=true needs audit.enabled: true
          LOG_AUDITKEEPDAYS=30 | ''
          """)
  void settings_of_sidecars_that_need_others_are_refused(String settings, String refusal) {
    assertRefused(SIDECAR, variables(settings), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SERVER_VAULTLEASESECONDS=60 | needs KMS_AGENT_SERVER_VAULTMOUNT
          SERVER_LISTENADDRESS=:: | ''
          SERVER_ALLOWREMOTE=false | needs another mode than Node
          KMS_ROLESESSIONNAME=orders | needs another mode than Node
          CACHE_PREFETCH=app | needs another mode than Node
          REDIS | needs another mode than Node
          KMS_PODIDENTITY_MAXTENANTS=1000 | ''
          KMS_PODIDENTITY_MAXTENANTS=1000 CACHE_CACHESIZE=999 | must be at least
          CACHE_CACHESIZE=99 | must be at least
          CACHE_CACHESIZE=100 | ''
          """)
  void settings_of_the_agents_of_nodes_that_need_others_are_refused(
      String settings, String refusal) {
    assertRefused(HelmChart.NODE, variables(settings), refusal);
  }

  /** Which has a setting for it of its own. */
  @Test
  void the_certificate_of_the_agents_of_nodes_is_no_setting() {
    assertThat(refusal(HelmChart.NODE, variables("SERVER_TLSREQUIRED=true")))
        .contains("KMS_AGENT_SERVER_TLSREQUIRED needs another mode than Node, which has node.tls");
  }

  /** A file of the pod has the key. */
  @ParameterizedTest
  @ValueSource(strings = {SIDECAR, HelmChart.NODE})
  void the_agent_takes_what_the_chart_says_of_a_cache_that_is_kept(String mode) {
    var key = variables("CACHE_FILE_ENCRYPTIONKEY=" + KEY);

    assertThat(problems(mode, Map.of(), "keepCache: true"))
        .singleElement()
        .asString()
        .contains("${FILE:/var/run/kms-agent-key/key}");
    assertThat(problems(mode, key, "keepCache: true")).isEmpty();
  }

  @Test
  void a_cache_is_kept_by_a_value_and_not_by_settings() {
    var chart = HelmChart.agent(HelmChart.OLD);
    var settings = "settings: {KMS_AGENT_CACHE_CACHETYPE: InMemory}";

    for (var mode : List.of(SIDECAR, HelmChart.NODE)) {
      assertThat(refusal(mode, variables("CACHE_CACHETYPE=File")))
          .contains("CACHETYPE=File needs keepCache: true in its place");
      assertThatThrownBy(() -> chart.render(mode, settings, "keepCache: true"))
          .hasMessageContaining("CACHETYPE needs keepCache: false");
    }
  }

  @ParameterizedTest
  @CsvSource({"KMS_AGENT_HEAP, 1g", "KMS_AGENT_JAVA_OPTS, -Xmn2m"})
  void what_the_chart_gives_the_jvm_of_a_node_makes_room_for_a_setting(String name, String value) {
    var values = "{settings: {" + name + ": " + value + "}}";
    var documents = HelmChart.agent(HelmChart.OLD).render(HelmChart.NODE, values);

    assertThat(ofNode(documents)).containsEntry(name, value);
  }

  @ParameterizedTest
  @ValueSource(strings = {SIDECAR, HelmChart.NODE})
  void the_agent_takes_what_the_chart_says_of_an_audit_trail(String mode) {
    var values =
        "{audit: {enabled: true, keySecret: a}, settings: {KMS_AGENT_LOG_AUDITREQUIRED: true,"
            + " KMS_AGENT_LOG_AUDITMAXSIZE: 2, aliyun_logs_audit: /var/log/kms-agent/*.jsonl}}";
    var chart = HelmChart.agent(HelmChart.OLD);

    assertThat(problems(mode, Map.of(), values)).isEmpty();
    assertThatThrownBy(() -> chart.render(mode, values, "{settings: {KMS_AGENT_LOG_AUDIT: false}}"))
        .hasMessageContaining("KMS_AGENT_LOG_AUDIT needs audit.enabled: false");
  }

  /** The last of each number, flag and word, alone. */
  static Stream<Map.Entry<String, String>> each() {
    var schema = Yaml.read(HelmChart.folder("kms-agent").resolve("values.schema.json")).getFirst();
    var settings = Pods.map(Pods.map(Pods.map(schema, "properties"), "settings"), "properties");
    return settings.keySet().stream()
        .flatMap(name -> last(Pods.map(settings, name)).map(last -> Map.entry(name, last)));
  }

  private static Stream<String> last(Map<String, Object> type) {
    if (type.containsKey("enum")) {
      return Stream.of(String.valueOf(Pods.list(type, "enum").getLast()));
    }
    return String.valueOf(type.get("pattern")).contains("true")
        ? Stream.of("true")
        : Stream.ofNullable(type.get("maximum")).map(String::valueOf);
  }

  @ParameterizedTest
  @MethodSource("each")
  void helm_and_the_agent_agree_on_each_setting(Map.Entry<String, String> setting) {
    for (var mode : List.of(SIDECAR, HelmChart.NODE)) {
      var settings = Map.of(setting.getKey(), setting.getValue());

      assertThat(refusal(mode, settings).isEmpty())
          .as(mode)
          .isEqualTo(
              problems(mode, settings).isEmpty()
                  && !(mode.equals(HelmChart.NODE) && setting.getKey().contains("_TLS")));
    }
  }

  private static void assertRefused(String mode, Map<String, String> settings, String refusal) {
    assertThat(problems(mode, settings).isEmpty()).isEqualTo(refusal.isEmpty());
    if (refusal.isEmpty()) {
      assertThat(refusal(mode, settings)).isEmpty();
    } else {
      assertThat(refusal(mode, settings)).contains(refusal);
    }
  }

  /** Later ones win. */
  private static Map<String, String> variables(String settings) {
    return Stream.of(settings.replaceFirst("^REDIS", REDIS).split(" "))
        .map(it -> it.split("=", 2))
        .collect(toMap(it -> "KMS_AGENT_" + it[0], it -> it[1], (_, later) -> later));
  }
}
