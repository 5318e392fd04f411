package dev.kmsagent.deploy;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands in the sidecar's container make of the settings of a pod. */
final class SidecarScriptTest {
  @TempDir private Path folder;

  /** A mount and a lease for all pods, and the dialect of Vault. */
  private static final String VAULT =
      "settings: {KMS_AGENT_SERVER_RESPONSETYPE: 2, KMS_AGENT_SERVER_VAULTMOUNT: kv,"
          + " KMS_AGENT_SERVER_VAULTLEASESECONDS: 60}";

  /**
   * A command in the sidecar's container: the launcher, with a runtime that prints what it is
   * given.
   */
  private SystemCommand.Outcome run(
      String values, Map<String, String> settings, Function<Container, SystemCommand> of) {
    return run(sidecar(values), settings, of);
  }

  private Container sidecar(String values) {
    return HelmChart.sidecar(
        HelmChart.agent(HelmChart.OLD).render(values, "tokenFolder: " + folder));
  }

  private String agent() {
    return "agent --make-token %1$s/token --mode 0644 --notify %1$s/started config.toml"
        .formatted(folder);
  }

  private SystemCommand.Outcome run(
      Container agent, Map<String, String> settings, Function<Container, SystemCommand> of) {
    launcher("all=$*\necho \"${all##*.Main }\"\n[ \"${all##*.Main token}\" != \"$all\" ] || env\n");
    return command(agent, settings, of).run();
  }

  private SystemCommand command(
      Container agent, Map<String, String> settings, Function<Container, SystemCommand> of) {
    var command = of.apply(agent).in(folder);
    for (var variable : agent.getEnv()) {
      var value = variable.getValue();
      command = value == null ? command : command.with(variable.getName(), value);
    }
    for (var setting : settings.entrySet()) {
      command = command.with("KMS_INJECTED_" + setting.getKey(), setting.getValue());
    }
    return command;
  }

  /** The launcher, with a runtime that is a script. */
  private void launcher(String runtime) {
    SystemCommand.program(
        folder.resolve("alibabacloud-kms-agent"),
        Clone.text(Clone.root().resolve("bootstrap/src/main/dist/alibabacloud-kms-agent")));
    SystemCommand.program(folder.resolve("runtime/bin/java"), "#!/bin/sh\n" + runtime);
    SystemCommand.program(folder.resolve("runtime/release"), "JAVA_VERSION=\"25\"\n");
  }

  private static SystemCommand start(Container agent) {
    return SystemCommand.of(agent.getCommand().toArray());
  }

  private List<String> started(String values, Map<String, String> settings) {
    return run(values, settings, SidecarScriptTest::start).outputOfSuccess().lines().toList();
  }

  /** Variables of the agent without their prefix; after an exclamation mark one that is not set. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | ROLE=orders | KMS_ROLEARN=acs:ram::1234567890123456:role/orders
          {} | ROLE=acs:ram::2:role/orders | KMS_ROLEARN=acs:ram::2:role/orders
          {} | ROLE=a | KMS_REGION=cn-hangzhou KMS_ENDPOINT=kms-vpc.cn-hangzhou.aliyuncs.com
          {} | ROLE=a REGION=cn-x | KMS_REGION=cn-x KMS_ENDPOINT=kms-vpc.cn-x.aliyuncs.com
          kms: {vpc: false} | ROLE=a REGION=cn-x | KMS_REGION=cn-x !KMS_ENDPOINT
          kms: {endpoint: kst-1.kms.aliyuncs.com} | ROLE=a | KMS_ENDPOINT=kst-1.kms.aliyuncs.com
          {} | ROLE=a REGION= PREFETCH= | KMS_REGION=cn-hangzhou !CACHE_PREFETCH
          {} | ROLE=a DIALECT= | !SERVER_RESPONSETYPE
          {} | ROLE=a PREFETCH=a,b DIALECT=kms | CACHE_PREFETCH=a,b SERVER_RESPONSETYPE=0
          {} | ROLE=a DIALECT=aws | SERVER_RESPONSETYPE=1 !SERVER_VAULT
          {} | ROLE=a DIALECT=vault | SERVER_RESPONSETYPE=2 SERVER_VAULTMOUNT=secret
          VAULT | ROLE=a DIALECT=aws | !SERVER_VAULT
          VAULT | ROLE=a | SERVER_VAULTMOUNT=kv
          files: true | ROLE=a FILES=[a] | FILES_ENTRIES=[a] FILES_DIRECTORY=/var/run/kms-agent/files FILES_MODE=0644
          files: true | ROLE=a FILES= | !FILES_
          identity: {mode: Webhook} | ROLE=a | !KMS_ROLEARN !KMS_OIDC
          """)
  void settings_of_a_pod_are_those_of_its_agent(String values, String settings, String variables) {
    var pod =
        Stream.of(settings.split(" "))
            .map(setting -> setting.split("=", 2))
            .collect(toMap(setting -> setting[0], setting -> setting[1]));
    var lines = started(values.equals("VAULT") ? VAULT : values, pod);

    for (var variable : variables.split(" ", -1)) {
      var prefix = "KMS_AGENT_" + variable.replace("!", "");
      if (variable.startsWith("!")) {
        assertThat(lines).noneMatch(line -> line.startsWith(prefix));
      } else {
        assertThat(lines).contains(prefix);
      }
    }
  }

  @Test
  void without_a_role_nothing_starts() {
    assertThat(run("{}", Map.of("ROLE", ""), SidecarScriptTest::start).status()).isNotZero();
  }

  @Test
  void a_check_in_the_container_has_the_variables_of_the_agent() {
    var settings = Map.of("ROLE", "orders", "REGION", "cn-x", "DIALECT", "vault");
    Function<Container, SystemCommand> check =
        _ -> SystemCommand.of("./alibabacloud-kms-agent", "check");
    var checked = run("{}", settings, check).outputOfSuccess();

    assertThat(checked).startsWith("check\n");
    assertThat(checked.lines().filter(it -> it.startsWith("KMS_AGENT_")))
        .contains("KMS_AGENT_KMS_ENDPOINT=kms-vpc.cn-x.aliyuncs.com")
        .containsExactlyInAnyOrderElementsOf(
            started("{}", settings).stream().filter(it -> it.startsWith("KMS_AGENT_")).toList());
  }

  @Test
  void the_agent_makes_a_token_that_is_readable() {
    assertThat(started("{}", Map.of("ROLE", "orders"))).startsWith(agent());
  }

  /** The agent that ends when the test has ended it stands for one that goes on. */
  @Test
  void the_hook_of_the_container_ends_once_the_agent_listens() throws IOException {
    var agent = sidecar("{}");
    var hook = agent.getLifecycle().getPostStart().getExec().getCommand();
    launcher("touch listens\necho >started\n: <ended\n");
    SystemCommand.of("mkfifo", "ended").in(folder).run().outputOfSuccess();

    for (var run : List.of("start", "restart")) {
      var hooked = SystemCommand.of(hook.toArray()).in(folder).start();
      var running = command(agent, Map.of("ROLE", "orders"), SidecarScriptTest::start).start();

      assertThat(hooked.join().outputOfSuccess()).as(run).isEmpty();
      assertThat(Files.deleteIfExists(folder.resolve("listens"))).as(run).isTrue();
      Files.writeString(folder.resolve("ended"), "");
      assertThat(running.join().status()).as(run).isZero();
    }
  }

  @Test
  void a_key_for_a_cache_that_is_kept_is_made_before_the_agent_starts() {
    var kept = "keepCache: true";
    var made = "token --keep --mode 0600 /var/run/kms-agent-key/key";
    var agents = HelmChart.agent(HelmChart.OLD).render(HelmChart.NODE, kept);
    var ofNode = Manifests.pod(Manifests.resource(HelmChart.one(agents, "DaemonSet")));
    var run = run(ofNode.getContainers().getFirst(), Map.of(), SidecarScriptTest::start);

    assertThat(started(kept, Map.of("ROLE", "orders"))).startsWith(made, agent());
    assertThat(run.outputOfSuccess().lines())
        .startsWith(made, "agent /etc/kms-agent/config.toml")
        .contains("KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY=${FILE:/var/run/kms-agent-key/key}");
  }

  /** Which no policy lets through: the shell still takes it as a text. */
  @ParameterizedTest
  @ValueSource(strings = {"$(touch owned)", "`touch owned`", "a; touch owned", "a\" touch \"owned"})
  void text_is_no_command(String text) {
    assertThat(started("{}", Map.of("ROLE", text, "REGION", text, "PREFETCH", text)))
        .contains("KMS_AGENT_CACHE_PREFETCH=" + text);
    assertThat(folder.resolve("owned")).doesNotExist();
  }
}
