package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What a pod does for its application, in any form; the tests of a class share one pod, and one is
 * played at a time.
 */
@ExtendWith(Podman.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class PodContract {
  static final String ROLE = "dev-role-for-rrsa";
  private static final String SECRET = "app/dev/secret-1";
  private static final String VALUE = "the secret of the pod";
  private static final String SLOW_SECRET = "app/dev/slow";

  /** The line of the guide; bash is the shell that reads a file in this way. */
  private static final String GUIDE_CURL =
      """
      curl -v -H "X-Vault-Token:$(</var/run/kmstoken/token)" \
      'http://localhost:2025/secretsmanager/get?secretId=app/dev/secret-1'\
      """;

  private final String agent;
  private HostCloud cloud;
  private PlayedPod pod;

  /**
   * @param agent what the agent's container is called
   */
  PodContract(String agent) {
    this.agent = agent;
  }

  abstract HostCloud cloud(Path folder) throws Exception;

  abstract Playable playable(HostCloud cloud);

  final PlayedPod pod() {
    return pod;
  }

  @BeforeAll
  void play(@TempDir Path folder) throws Exception {
    cloud = cloud(Files.createDirectory(folder.resolve("cloud")));
    cloud.emulator().secrets().create(SECRET, VALUE);
    cloud.emulator().secrets().create(SLOW_SECRET, VALUE);
    pod = playable(cloud).play(folder);
    cloud.open(PlayedPod.gateway());
  }

  @AfterAll
  void end() throws IOException {
    if (pod != null) {
      pod.close();
    }
    if (cloud != null) {
      cloud.close();
    }
  }

  private void seeTheSecret() {
    var _ = Patience.see(() -> pod.run("my-app", GUIDE_CURL).printed(), PodContract::isAnswered);
  }

  private static boolean isAnswered(String printed) {
    return printed.contains("\"SecretData\":\"" + VALUE + "\"");
  }

  @Test
  @Order(1)
  void the_line_of_the_guide_gets_the_application_its_secret() {
    seeTheSecret();

    assertThat(cloud.emulator().sts().calls().total()).isPositive();
    assertThat(pod.run("my-app", "id -u").output())
        .isNotEqualTo(pod.run(agent, "id -u").outputOfSuccess());
    assertThat(pod.run(agent, "id -u").output()).isEqualTo("65532\n");
  }

  @Test
  @Order(2)
  void an_agent_that_was_killed_comes_back() {
    seeTheSecret();
    pod.crash(agent);
    seeTheSecret();
  }

  @Test
  @Order(3)
  void the_pod_stops_in_good_order() {
    seeTheSecret();
    var late = FaultRule.of(new Fault.Latency(Duration.ofSeconds(2))).onSecret(SLOW_SECRET);
    cloud.emulator().faults().add(late);
    var inFlight = pod.start("my-app", GUIDE_CURL.replace(SECRET, SLOW_SECRET));
    var _ = Patience.see(() -> cloud.emulator().calls().ofSecret(SLOW_SECRET), n -> n > 0);
    var stopped = Podman.command("stop", "--time", "30", pod.container(agent)).run();

    assertThat(stopped.outputOfSuccess()).contains(pod.container(agent));
    assertThat(inFlight.join().output()).matches(PodContract::isAnswered);
    assertThat(pod.exitCode(agent)).isZero();
    assertThat(pod.log(agent)).contains("agent_stopping");
    pod.stop(30);
    assertThat(pod.exitCode("my-app")).as("a sleeper ends by SIGKILL").isEqualTo(137);
  }
}
