package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.Workload;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code get}, {@code status} and {@code exec} with an agent whose certificate has ended. */
final class ClientOfTlsTest {
  private static final Path ANOTHER =
      Workload.Localhost.CERTIFICATES.caFile().resolveSibling("server.pem");

  /** Of another name, signed by nobody, and ended. */
  private static TlsFiles made = TlsFiles.in(Path.of(""));

  @TempDir private Path folder;

  @AutoClose private final FakeAgent agent = new FakeAgent(Optional.of(made.server()));

  @BeforeAll
  static void make(@TempDir Path folder) {
    made = TlsFiles.in(folder).write("-9d", "san=dns:other.example");
  }

  private CommandRun run(Path certificates, String... arguments) {
    return agent.reachedBy(() -> run(agent, certificates, arguments));
  }

  /** The key that is named cannot be read. */
  private CommandRun run(FakeAgent called, Path certificates, String... arguments) {
    var files =
        Map.of(
            "KMS_AGENT_SERVER_TLSCERTIFICATEFILE", certificates.toString(),
            "KMS_AGENT_SERVER_TLSKEYFILE", folder.resolve("missing.key").toString());
    return CommandRun.in(called.environment(files), false, arguments);
  }

  private Path chain(Path... certificates) throws IOException {
    var chain = new StringBuilder();
    for (var file : certificates) {
      chain.append(Files.readString(file));
    }
    return Files.writeString(folder.resolve("agent.pem"), chain);
  }

  @Test
  void the_first_certificate_of_the_file_is_accepted_as_it_is() throws IOException {
    assertThat(run(chain(made.certificate(), ANOTHER), "get", "app/a"))
        .isEqualTo(new CommandRun(ExitStatus.DONE, "hunter2", ""));
  }

  @Test
  void another_certificate_gets_no_token_even_if_it_follows_in_the_file() throws IOException {
    var run = run(chain(ANOTHER, made.certificate()), "get", "app/a");

    assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
    assertThat(run.err())
        .startsWith("The agent cannot be reached at https://127.0.0.1:")
        .contains("shows another certificate than Server.TlsCertificateFile has", "try again");
    assertThat(agent.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.pem", "."})
  void a_file_that_cannot_be_read_is_named(String name) {
    var run = run(folder.resolve(name), "status");

    assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
    assertThat(run.err()).startsWith("Server.TlsCertificateFile: " + folder.resolve(name) + " ");
  }

  @Test
  void an_agent_without_tls_gets_no_token() {
    try (var plain = new FakeAgent()) {
      assertThat(run(plain, ANOTHER, "get", "a").status()).isEqualTo(ExitStatus.UNREACHABLE);
      assertThat(plain.requests).isEmpty();
    }
  }

  @Test
  void exec_waits_until_agent_and_file_have_the_same_certificate() throws IOException {
    var file = chain(ANOTHER);
    var run =
        new FutureTask<>(() -> run(file, "exec", "--wait", "900", "--env", "A=a", "--", "cmd"));
    var thread = Thread.ofPlatform().start(run);
    // It pauses after an attempt.
    Patience.assertSoon(() -> thread.getState() == Thread.State.TIMED_WAITING);

    Files.copy(made.certificate(), file, StandardCopyOption.REPLACE_EXISTING);

    Patience.assertSoon(run::isDone);
    assertThat(run.resultNow().out()).isEqualTo("export A='hunter2'\n");
  }
}
