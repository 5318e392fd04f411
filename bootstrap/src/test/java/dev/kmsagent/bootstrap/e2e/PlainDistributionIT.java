package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The distribution without a Java of its own; {@link DevIT} runs on it too. */
final class PlainDistributionIT {
  @Test
  void it_starts_on_the_java_of_the_machine_and_serves_a_secret() throws Exception {
    try (var cloud = TestCloud.start();
        var agent = AgentProcess.begin(cloud.setup(), Distribution.plainLauncher()).listening()) {
      assertThat(agent.client().secret(cloud.newSecret("value")).status()).isEqualTo(200);
      var exit = agent.terminate().exit();
      assertThat(exit.status()).isZero();
      assertThat(exit.stderr()).contains("agent_started").doesNotContain("aot_cache");
    }
  }
}
