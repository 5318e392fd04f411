package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.config.loading.LoadResult.Rejected;
import dev.kmsagent.config.loading.LoadResult.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of the agent loads. */
class ServerTableAloneTest {
  private static LoadResult<ServerConfig> load(String toml) {
    return new ConfigLoader(Map.of(), Path.of("/somewhere"))
        .loadServer(new ConfigSource.Text("config.toml", toml));
  }

  private static Loaded<ServerConfig> loaded(String toml) {
    return load(toml)
        .fold(
            loaded -> loaded,
            problems -> {
              throw new AssertionError(problems.toString());
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[KMS]\nAccessKeySecret = \"${FILE:/only/for/the/agent}\"\n",
        "[Cache]\nTtlSeconds = -1\n",
        "[Nonsense]\nKey = 1\n"
      })
  void what_is_missing_or_wrong_elsewhere_does_not_matter(String toml) {
    assertThat(loaded(toml).config().listen().port()).isEqualTo(2025);
    assertThat(loaded(toml).settings())
        .extracting(Setting::path)
        .allMatch(path -> path.startsWith("Server."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[Server]\nHttpPort = 65536\n", "[Server\n"})
  void what_is_wrong_here_and_broken_syntax_do(String toml) {
    assertThat(load(toml)).isInstanceOf(Rejected.class);
  }

  @Test
  void the_header_of_aws_clients_is_accepted_where_they_are_answered() {
    var own = "[Server]\nResponseType = 1\nSSRFHeaders = [\"X-Token\"]\n";
    assertThat(headers("[Server]\nResponseType = 2\n"))
        .containsExactly("X-KMS-Token", "X-Vault-Token");
    assertThat(headers("[Server]\nResponseType = 1\n"))
        .containsExactly("X-KMS-Token", "X-Vault-Token", "X-Aws-Parameters-Secrets-Token");
    assertThat(headers(own)).containsExactly("X-Token");
  }

  private static List<String> headers(String toml) {
    return loaded(toml).config().guard().headers();
  }
}
