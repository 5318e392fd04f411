package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spring Boot applications whose properties come from a secret, as the page has it. */
final class SpringBootIT {
  @TempDir private Path folder;

  private SpringApplicationRun start(ClassLoader version, StartedAgent agent) throws Exception {
    var page = Snippet.ofPage("Spring Boot", "properties");
    var file = page.writeTo(folder, "application.properties", agent.port());
    return SpringApplicationRun.start(
        version,
        "spring.config.location=" + file.toUri(),
        "spring.cloud.vault.config.lifecycle.min-renewal=1s",
        "spring.cloud.vault.config.lifecycle.expiry-threshold=2s");
  }

  private static void assertFirst(SpringApplicationRun application, String version) {
    assertThat(application.property(SpringApplicationRun.VERSION)).startsWith(version);
    assertThat(application.property("password")).isEqualTo("second");
  }

  @Test
  void the_fields_of_a_secret_are_properties_and_follow_its_rotation() throws Exception {
    try (var agent =
            StartedAgent.start("vault", "Server.VaultLeaseSeconds = 3\nCache.TtlSeconds = 1");
        var boot4 = start(SpringBootIT.class.getClassLoader(), agent);
        var boot3 = start(SpringApplicationRun.version3(), agent)) {
      assertFirst(boot4, "4.0.");
      assertFirst(boot3, "3.5.");

      agent.secrets().put("app", "rotated", "{\"password\":\"third\"}");

      Patience.see(() -> boot4.property("password"), "third"::equals);
      Patience.see(() -> boot3.property("password"), "third"::equals);
    }
  }
}
