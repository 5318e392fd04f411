package dev.kmsagent.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The image for development, as {@code docs/emulator.md} describes it. */
@ExtendWith(Podman.class)
@Execution(ExecutionMode.SAME_THREAD)
final class DevImageContainerIT {
  private static final Pattern LINE = Pattern.compile("(?m)^ {2}((?:printf|curl) .*)$");

  private final int agent = FreePort.next();
  private final int kms = FreePort.next();

  /** Another one for each test: the engine frees a name some time after it has removed it. */
  private final String name = "kms-agent-dev-test-" + kms;

  @AfterEach
  void remove() {
    Podman.run("rm", "--force", "--ignore", name);
    Podman.run("volume", "rm", "--force", name);
  }

  /** Runs the image in the background and waits until it has printed this. */
  private String start(String last, List<?> options, List<?> arguments) {
    Podman.command("run", "--detach", "--name", name)
        .and(options.toArray())
        .and(Images.dev())
        .and(arguments.toArray())
        .run()
        .outputOfSuccess();
    return Patience.see(this::printed, text -> text.contains(last));
  }

  private String printed() {
    return Podman.command("logs", name).run().printed();
  }

  /** Starts it with the published ports of the page, which may be taken here. */
  private String startDev() {
    var publish = "--publish=127.0.0.1:";
    var ports = List.of(publish + agent + ":2025", publish + kms + ":2026");
    return start("There are: ", ports, List.of());
  }

  /**
   * What a line prints on the host. One that shows the status of a read is repeated until that is
   * good: the agent connects within two seconds, which a busy machine may not.
   */
  private String paste(String line) {
    var published = line.replace(":2025/", ":" + agent + "/").replace(":2026/", ":" + kms + "/");
    var quiet = published.replace("curl ", "curl -sS ").replace(" -v ", " -i ");
    var command = SystemCommand.of("sh", "-c", quiet);
    return line.contains(" -v ")
        ? Patience.see(() -> command.run().printed(), text -> text.contains("200 OK"))
        : command.run().printed();
  }

  @Test
  void each_line_that_dev_prints_can_be_pasted_on_the_host() {
    assertThat(LINE.matcher(startDev()).results().map(line -> paste(line.group(1))))
        .satisfiesExactly(
            read -> assertThat(read).contains("200 OK", "hello from the emulated KMS\"", "\"v1\""),
            field -> assertThat(field).contains("200 OK", "first"),
            rotated -> assertThat(rotated).contains("\"v2\""),
            fresh -> assertThat(fresh).contains("200 OK", "fwd=request", "\"v2\""),
            denied -> assertThat(denied).contains("\"denied\":true"),
            allowed -> assertThat(allowed).contains("\"denied\":false"));
  }

  @Test
  void what_the_emulator_prints_and_writes_for_the_host_can_be_used_there() throws IOException {
    // Another user's folder, as that of a developer is: root alone could enter that of the test.
    var shared = Files.createDirectory(Path.of("/tmp", name));
    try {
      SystemCommand.of("chown", "1000", shared).run().outputOfSuccess();
      var here = List.of("--user=1000", "--volume=" + shared + ":" + shared, "--workdir=" + shared);
      var port = "--publish=127.0.0.1:" + kms + ":" + kms;
      var options = Stream.concat(here.stream(), Stream.of(port)).toList();
      var arguments = List.of("emulator", "--env", "emulator.env", "--sts-port=" + kms);

      start("STS_REGION", options, arguments);

      var script =
          ". ./emulator.env; curl -sS --cacert $CA_FILE https://$STS_ENDPOINT/; cmp $CA_FILE"
              + " $SSL_CERT_FILE";
      assertThat(SystemCommand.of("sh", "-euc", script).in(shared).run().printed())
          .contains("MissingParameter");
      Podman.run("stop", "--time", Patience.limit().toSeconds(), name);
      assertThat(shared).isEmptyDirectory();
    } finally {
      SystemCommand.of("rm", "-rf", shared).run().outputOfSuccess();
    }
  }

  /** The two containers of the page, without Compose: hosts stand for its aliases. */
  @Nested
  final class In_the_compose_file {
    private final Map<?, ?> emulator = emulator();

    @BeforeEach
    void start() {
      var options = new ArrayList<String>();
      ((List<?>) value("sysctls")).forEach(setting -> options.add("--sysctl=" + setting));
      options.add("--volume=" + name + ":/emulated");
      var command = List.of(value("command").toString().split(" "));
      DevImageContainerIT.this.start("STS_REGION", options, command);
    }

    private Object value(String key) {
      return requireNonNull(emulator.get(key));
    }

    private static Map<?, ?> emulator() {
      var page = MarkdownPage.read(Clone.root().resolve("docs/emulator.md")).code("yaml");
      var file = page.filter(it -> it.startsWith("services:")).findFirst().orElseThrow();
      return Pods.map(Pods.map(Yaml.parse(file).getFirst(), "services"), "emulator");
    }

    /** What a script prints in a second container, of a user that owns nothing. */
    private String inSecond(String image, String script) {
      var address = Podman.inspect(name, ".NetworkSettings.IPAddress");
      var hosts =
          Stream.of("emulator", "kms.cn-hangzhou.aliyuncs.com", "sts.cn-hangzhou.aliyuncs.com")
              .map(host -> "--add-host=" + host + ":" + address);
      return Podman.command("run", "--rm", "--user=1000", "--volume=" + name + ":/emulated:ro")
          .and(hosts.toArray())
          .and("--entrypoint=sh", image, "-euc", ". /emulated/emulator.env\n" + script)
          .run()
          .printed();
    }

    @Test
    void a_second_container_uses_the_control_api_and_reaches_both_services_by_their_names() {
      assertThat(value("healthcheck").toString()).contains("test -f /emulated/emulator.env");

      var printed =
          inSecond(
              Images.application(),
              """
              test -f /emulated/emulator.env
              curl -fsS "$KMS_ENDPOINT/_emulator/secrets"
              curl -fsS -d '{"fault":"throttled"}' "http://$KMS_ENDPOINT/_emulator/faults"
              curl -fsS -X DELETE "http://$KMS_ENDPOINT/_emulator/faults"
              curl -sS https://sts.cn-hangzhou.aliyuncs.com/
              curl -sS https://kms.cn-hangzhou.aliyuncs.com/
              """);

      assertThat(printed)
          .containsSubsequence(
              "app/dev/secret-1",
              "Throttling",
              "\"HostId\":\"sts.aliyuncs.com\"",
              "\"HttpStatus\":400");
    }

    @Test
    void an_agent_in_a_second_container_reads_also_by_the_names_of_the_cloud() {
      var check =
          "KMS_TOKEN=0123456789abcdef ./alibabacloud-kms-agent check --secret app/dev/secret-1";
      var without =
          "unset KMS_AGENT_KMS_ENDPOINT KMS_AGENT_KMS_PROTOCOL KMS_AGENT_KMS_STSENDPOINT\n" + check;

      assertThat(seeNoProblem(check)).contains("It may be read.");
      assertThat(seeNoProblem(without))
          .contains("kms.cn-hangzhou.aliyuncs.com answers.", "It may be read.");
    }

    /** An agent connects within two seconds, which takes another attempt on a busy machine. */
    private String seeNoProblem(String check) {
      return Patience.see(
          () -> inSecond(Images.agent(), check), text -> text.contains("No problem"));
    }
  }
}
