package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.RedisConfig;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution with its own Java. {@code AOTMode=on} ends a JVM that cannot use its cache. */
final class SelfContainedIT {
  private static final String STRICT = "-XX:AOTMode=on";

  private record Run(int status, String out) {}

  /** Without a Java to fall back on. */
  private static Run run(Path launcher, String... args) throws IOException, InterruptedException {
    var command = new ProcessBuilder(launcher.toString()).redirectErrorStream(true);
    command.command().addAll(List.of(args));
    command.environment().clear();
    command.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "KMS_AGENT_JAVA_OPTS", STRICT));
    var process = command.start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out);
  }

  @Test
  void the_agent_starts_with_its_cache_and_reads_a_secret() throws Exception {
    try (var cloud = Cloud.start();
        var agent = AgentProcess.start(cloud.setup().withJavaOptions(STRICT))) {
      assertThat(agent.client().secret(cloud.newSecret("value")).status()).isEqualTo(200);
    }
  }

  @Test
  void the_short_commands_start_with_theirs(@TempDir Path folder) throws Exception {
    assertThat(run(Distribution.launcher(), "version").out()).startsWith("alibabacloud-kms-agent ");
    var token = folder.resolve("token");
    assertThat(run(Distribution.launcher(), "token", token.toString()).status()).isZero();
    assertThat(token).content().hasSize(64);
  }

  @Test
  void it_can_be_moved_to_another_folder(@TempDir Path folder) throws Exception {
    var moved = Distribution.copyTo(folder.resolve("moved"));
    assertThat(run(moved.resolve("alibabacloud-kms-agent"), "version").status()).isZero();
  }

  @Test
  void a_cache_that_fits_no_more_is_found_out(@TempDir Path folder) throws Exception {
    var spoilt = Distribution.copyTo(folder.resolve("spoilt"));
    Files.write(spoilt.resolve("commands.aot"), new byte[100]);
    assertThat(run(spoilt.resolve("alibabacloud-kms-agent"), "version").status()).isNotZero();
  }

  @Test
  void it_carries_no_emulator_and_dev_says_so() throws Exception {
    assertThat(Distribution.folder().resolve("emulator")).doesNotExist();
    assertThat(run(Distribution.launcher(), "dev").out()).contains("carries no emulator");
  }

  @Test
  void its_program_is_one_jar_and_its_java_has_no_more_than_that_needs() throws IOException {
    try (var jars = Files.list(Distribution.folder().resolve("lib"))) {
      assertThat(jars.map(Path::getFileName).map(Path::toString)).containsExactly("kms-agent.jar");
    }
    assertThat(Distribution.folder().resolve("runtime/release"))
        .content()
        .contains("java.net.http")
        .doesNotContain("java.desktop", "jdk.compiler", "jdk.jshell");
  }

  /** The build compiles what records leave to Java, for the start's sake. */
  @Test
  void its_records_are_equal_when_others_are_and_have_the_same_hashes() throws Exception {
    var jar = Distribution.folder().resolve("lib/kms-agent.jar").toUri().toURL();
    try (var classes = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
      var type = classes.loadClass(RedisConfig.Limits.class.getName());
      var constructor = type.getConstructor(Duration.class, int.class);
      var one = constructor.newInstance(Duration.ofMillis(500), 8);
      assertThat(type.getDeclaredMethods()).filteredOn(Method::isSynthetic).hasSize(2);
      assertThat(one)
          .isEqualTo(constructor.newInstance(Duration.ofMillis(500), 8))
          .hasSameHashCodeAs(new RedisConfig.Limits(Duration.ofMillis(500), 8))
          .isNotEqualTo(constructor.newInstance(Duration.ofMillis(501), 8))
          .isNotEqualTo(constructor.newInstance(Duration.ofMillis(500), 9))
          .isNotEqualTo(constructor.newInstance(null, 8))
          .isNotEqualTo(new RedisConfig.Limits(Duration.ofMillis(500), 8))
          .isNotEqualTo(null);
    }
  }

  @Test
  void the_licences_of_what_is_in_the_jar_are_in_it() throws IOException {
    var jar = Distribution.folder().resolve("lib/kms-agent.jar");
    try (var files = FileSystems.newFileSystem(jar)) {
      var licences = files.getPath("META-INF/licenses");
      assertThat(licences.resolve("caffeine-3.2.4.jar/LICENSE")).exists();
      assertThat(licences.resolve("bcprov-jdk18on-1.78.1.jar/bouncycastle.txt"))
          .content()
          .contains("The Legion of the Bouncy Castle");
      assertThat(files.getPath("META-INF/maven/org.eclipse.jetty")).isDirectory();
      assertThat(files.getPath("META-INF/services/org.slf4j.spi.SLF4JServiceProvider")).exists();
    }
  }
}
