package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
  @ParameterizedTest
  @ValueSource(strings = {"/", "/ping", "/metrics", "/secretsmanager/", "/secretsmanager/get"})
  void the_built_in_paths_come_before_any_prefix(String prefix) {
    assertThat(Route.of("/ping", prefix)).isEqualTo(new Route.ToPage(Page.PING));
    assertThat(Route.of("/healthz", prefix)).isEqualTo(new Route.ToPage(Page.HEALTHZ));
    assertThat(Route.of("/readyz", prefix)).isEqualTo(new Route.ToPage(Page.READYZ));
    assertThat(Route.of("/metrics", prefix)).isEqualTo(new Route.ToPage(Page.METRICS));
    assertThat(Route.of("/secretsmanager/get", prefix)).isEqualTo(new Route.ToNamedSecret());
  }

  @Test
  void what_follows_the_prefix_is_the_name_as_it_was_sent() {
    assertThat(Route.of("/v1/a%2F/..//b", "/v1/")).isEqualTo(new Route.ToPathSecret("a%2F/..//b"));
    assertThat(Route.of("/v1/", "/v1/")).isEqualTo(new Route.ToPathSecret(""));
    assertThat(Route.of("/a/b", "/")).isEqualTo(new Route.ToPathSecret("a/b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "*", "", "/v1", "/V1/a", "/v2/a", "//v1/a", "/ping/", "/Ping"})
  void other_paths_lead_nowhere(String path) {
    assertThat(Route.of(path, "/v1/")).isEqualTo(new Route.Nowhere());
  }
}
