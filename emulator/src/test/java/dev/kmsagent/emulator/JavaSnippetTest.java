package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.regex.Pattern;
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

  private SystemCommand reader(KmsEmulator emulator) {
    return SystemCommand.java(
            "-Djavax.net.ssl.trustStore=ca.p12",
            "-Djavax.net.ssl.trustStorePassword=emulator",
            "-cp",
            classes + ":" + System.getProperty("java.class.path"),
            "Read")
        .in(folder)
        .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "ak")
        .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "sk")
        .with("ALIBABA_CLOUD_SECURITY_TOKEN", "")
        .with("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
        .with("KMS_ENDPOINT", emulator.endpoint())
        .with("KMS_PROTOCOL", "https");
  }

  private void trust(Path caFile) {
    var _ =
        SystemCommand.of(SystemCommand.jdk("keytool"), "-importcert", "-noprompt")
            .and("-file", caFile, "-keystore", "ca.p12", "-storepass", "emulator")
            .in(folder)
            .run()
            .outputOfSuccess();
  }

  @Test
  void reads_a_secret_over_tls_when_it_trusts_the_authority()
      throws IOException, GeneralSecurityException {
    var context = Localhost.CERTIFICATES.server();
    try (var running =
        new RunningEmulator(builder -> builder.clock(InstantSource.system()).tls(context))) {
      running.emulator().secrets().create("app/dev/secret-1", "hello");
      trust(Localhost.CERTIFICATES.caFile());
      assertThat(reader(running.emulator()).run().outputOfSuccess())
          .isEqualToIgnoringNewLines("hello");
    }
  }
}
