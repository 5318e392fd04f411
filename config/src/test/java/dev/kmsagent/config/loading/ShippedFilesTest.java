package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.CredentialSource.AccessKey;
import dev.kmsagent.config.CredentialSource.DefaultChain;
import dev.kmsagent.config.CredentialSource.EcsRole;
import dev.kmsagent.config.CredentialSource.Rrsa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The files that people start from. */
class ShippedFilesTest {
  private static final Path EXAMPLES = Path.of("examples");

  private static final Map<String, Class<? extends CredentialSource>> IDENTITIES =
      Map.of(
          "minimal.toml", DefaultChain.class,
          "sidecar.toml", Rrsa.class,
          "sidecar-rrsa.toml", Rrsa.class,
          "ecs-instance.toml", EcsRole.class,
          "host-with-access-key.toml", AccessKey.class,
          "dev-cluster/orders.toml", Rrsa.class,
          "dev-cluster/payments.toml", Rrsa.class);

  /** Where examples keep what does not stand in the file. */
  private static final String KEPT = "/etc/kms-agent";

  private static final Map<String, String> VARIABLES =
      Map.of(
          "ORDERS_ACCESS_KEY_ID", "LTAI5t",
          "SHARED_CACHE_PASSWORD", "s3cr3t",
          "SHARED_CACHE_KEY", TestFiles.OLD_KEY);

  /** Of two tables that exclude each other the other one is needed. */
  @ParameterizedTest
  @CsvSource({"KMS.PodIdentity, REDIS", "Cache.Redis, PODS"})
  void each_default_of_the_shipped_file_can_be_uncommented(String excluded, String needed)
      throws IOException {
    List<String> optional =
        new AgentConfig.Keys()
            .keys().stream()
                .filter(
                    key ->
                        ReferenceText.tableOf(key).equals(excluded)
                            || !ReferenceText.hasDefault(key))
                .map(key -> "#" + ReferenceText.nameOf(key) + " = " + ReferenceText.exampleOf(key))
                .toList();
    String uncommented =
        Files.readString(Path.of("config.toml"))
            .lines()
            .filter(line -> !optional.contains(line))
            .map(line -> line.replaceFirst("^#(?=\\w)", ""))
            .collect(Collectors.joining("\n"));

    Attempt attempt = Attempt.inHangzhou(uncommented).given(needed);
    int overridden = 1;

    assertThat(attempt.config()).isEqualTo(Attempt.inHangzhou("").given(needed).config());
    assertThat(attempt.settings())
        .filteredOn(setting -> setting.origin().isLine())
        .hasSize(new AgentConfig.Keys().keys().size() - optional.size() - overridden);
  }

  static Stream<String> examples() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLES)) {
      return files
          .map(file -> EXAMPLES.relativize(file).toString())
          .filter(name -> name.endsWith(".toml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void each_example_loads(String example, @TempDir Path folder) throws IOException {
    keep(folder);
    String toml = Files.readString(EXAMPLES.resolve(example)).replace(KEPT, folder.toString());
    var identity = IDENTITIES.get(example);
    var attempt = Attempt.of(toml).with(VARIABLES);

    assertThat(identity == Rrsa.class ? attempt.with(Attempt.RRSA) : attempt)
        .extracting(it -> it.config().kms().credentials())
        .isInstanceOf(identity);
  }

  private static void keep(Path folder) throws IOException {
    Path redis = Files.createDirectory(folder.resolve("redis"));
    Files.writeString(folder.resolve("access-key-secret"), "s3cr3t\n");
    Files.writeString(redis.resolve("password"), "s3cr3t");
    Files.writeString(redis.resolve("key"), TestFiles.NEW_KEY);
    Files.copy(TestFiles.path("redis-authority.pem"), redis.resolve("ca.pem"));
  }
}
