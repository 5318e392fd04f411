package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of {@code docs/emulator.md} with the vendor's SDK for Java. */
final class JavaSnippetTest {
  private static final Pattern PROGRAM =
      Pattern.compile("```java\n(import com\\.aliyun.*?)```", Pattern.DOTALL);

  @TempDir private static Path classes;

  @TempDir private Path folder;

  @BeforeAll
  static void compile(@TempDir Path sources) throws IOException {
    var file = Files.writeString(sources.resolve("Read.java"), program());
    var compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, "-d", classes.toString(), file.toString())).isZero();
  }

  private static String program() throws IOException {
    var page = PROGRAM.matcher(Files.readString(Path.of("..", "docs", "emulator.md")));
    assertThat(page.find()).isTrue();
    return page.group(1);
  }

  private String read(KmsEmulator emulator) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var path = classes + ":" + System.getProperty("java.class.path");
    return run(
        List.of(
            java,
            "-Djavax.net.ssl.trustStore=ca.p12",
            "-Djavax.net.ssl.trustStorePassword=emulator",
            "-cp",
            path,
            "Read"),
        Map.of(
            "ALIBABA_CLOUD_ACCESS_KEY_ID", "ak",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "sk",
            "ALIBABA_CLOUD_SECURITY_TOKEN", "",
            "ALIBABA_CLOUD_REGION_ID", "cn-hangzhou",
            "KMS_ENDPOINT", emulator.endpoint(),
            "KMS_PROTOCOL", "https"));
  }

  private void trust(Path caFile) throws IOException {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var importing = List.of(keytool, "-importcert", "-noprompt", "-file", caFile.toString());
    var store = List.of("-keystore", "ca.p12", "-storepass", "emulator");
    run(Stream.concat(importing.stream(), store.stream()).toList(), Map.of());
  }

  private String run(List<String> command, Map<String, String> environment) throws IOException {
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectError(folder.resolve("errors").toFile()).environment().putAll(environment);
    var process = builder.start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void reads_a_secret_over_tls_when_it_trusts_the_authority()
      throws IOException, GeneralSecurityException {
    var context = Localhost.CERTIFICATES.server();
    try (var running =
        new RunningEmulator(builder -> builder.clock(InstantSource.system()).tls(context))) {
      running.emulator().secrets().create("app/dev/secret-1", "hello");
      trust(Localhost.CERTIFICATES.caFile());
      assertThat(read(running.emulator())).isEqualToIgnoringNewLines("hello");
    }
  }
}
