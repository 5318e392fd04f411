package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A Spring Boot application whose properties come from a secret, as the page has it. */
final class SpringBootIT {
  @TempDir private Path folder;

  /** An application without code. */
  @SpringBootConfiguration
  @EnableAutoConfiguration
  static class Application {}

  private ConfigurableApplicationContext start(StartedAgent agent, String... properties)
      throws IOException {
    var page = Snippet.ofPage("Spring", "properties");
    var file = page.writeTo(folder, "application.properties", agent);
    return new SpringApplicationBuilder(Application.class)
        .web(WebApplicationType.NONE)
        .bannerMode(Banner.Mode.OFF)
        .properties("spring.config.location=" + file.toUri(), "logging.level.root=WARN")
        .properties(properties)
        .run();
  }

  @Test
  void the_fields_of_a_secret_are_properties_and_follow_its_rotation() throws IOException {
    try (var agent =
            StartedAgent.start(
                """
                Server.ResponseType = 2
                Server.VaultMount = "secret"
                Server.VaultLeaseSeconds = 3
                Cache.TtlSeconds = 1
                """);
        var context =
            start(
                agent,
                "spring.cloud.vault.config.lifecycle.min-renewal=1s",
                "spring.cloud.vault.config.lifecycle.expiry-threshold=2s")) {
      var environment = context.getEnvironment();
      assertThat(environment.getProperty("password")).isEqualTo("second");

      agent.secrets().put("app", "rotated", "{\"password\":\"third\"}");

      Patience.see(() -> environment.getProperty("password"), "third"::equals);
    }
  }
}
