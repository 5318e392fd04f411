package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.config.loading.LoadResult.Rejected;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of the agent loads. */
class ServerTableAloneTest {

  private static LoadResult<ServerConfig> load(String toml, Map<String, String> environment) {
    return new ConfigLoader(environment, Path.of("/somewhere"))
        .loadServer(new ConfigSource.Text("config.toml", toml));
  }

  private static int port(LoadResult<ServerConfig> result) {
    return server(result).listen().port();
  }

  private static List<String> headers(LoadResult<ServerConfig> result) {
    return server(result).guard().headers();
  }

  private static ServerConfig server(LoadResult<ServerConfig> result) {
    return switch (result) {
      case Loaded<ServerConfig>(ServerConfig server, _) -> server;
      case Rejected<ServerConfig>(List<Problem> problems) ->
          throw new AssertionError(problems.toString());
    };
  }

  @Test
  void neither_region_nor_endpoint_is_needed() {
    assertThat(port(load("", Map.of()))).isEqualTo(2025);
  }

  @Test
  void the_header_of_aws_clients_is_accepted_where_they_are_answered() {
    var headers = List.of("X-KMS-Token", "X-Vault-Token");
    var more = List.of("X-KMS-Token", "X-Vault-Token", "X-Aws-Parameters-Secrets-Token");
    var own = "[Server]\nResponseType = 1\nSSRFHeaders = [\"X-Token\"]\n";

    assertThat(headers(load("[Server]\nResponseType = 2\n", Map.of()))).isEqualTo(headers);
    assertThat(headers(load("[Server]\nResponseType = 1\n", Map.of()))).isEqualTo(more);
    assertThat(headers(load(own, Map.of()))).containsExactly("X-Token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[KMS]\nAccessKeySecret = \"${FILE:/only/for/the/agent}\"\n",
        "[Cache]\nTtlSeconds = -1\n",
        "[Nonsense]\nKey = 1\n"
      })
  void what_is_wrong_elsewhere_does_not_matter(String toml) {
    assertThat(port(load(toml, Map.of()))).isEqualTo(2025);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[Server]\nHttpPort = 65536\n", "[Server\n"})
  void what_is_wrong_here_and_broken_syntax_do(String toml) {
    assertThat(load(toml, Map.of())).isInstanceOf(Rejected.class);
  }

  @Test
  void its_settings_are_those_of_the_table() {
    assertThat(load("", Map.of()))
        .isInstanceOfSatisfying(
            Loaded.class,
            loaded ->
                assertThat(((Loaded<?>) loaded).settings())
                    .extracting(Setting::path)
                    .allMatch(path -> path.startsWith("Server.")));
  }
}
