package dev.kmsagent.bootstrap.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the token becomes one that cannot be read to its end. */
@Tag("thorough")
final class HangingTokenIT {
  @TempDir private Path folder;

  @Test
  void deadlines_are_kept_while_reading_the_token_hangs() throws Exception {
    var token = Files.writeString(folder.resolve("token"), TestCloud.TOKEN);
    try (var agent =
        AttackedAgent.start(
            setup ->
                setup
                    .with("Server.RequestTimeoutSeconds = 2")
                    .withVariable("KMS_TOKEN", "file://" + token))) {
      var pipe = folder.resolve("pipe");
      SystemCommand.of("mkfifo", pipe).run();
      Files.move(
          Files.createLink(folder.resolve("link"), pipe),
          token,
          StandardCopyOption.REPLACE_EXISTING);
      Patience.see(() -> agent.dependency("token"), "DEGRADED"::equals);

      var hanging = agent.newSecret();
      agent.cloud().fail(hanging, new Fault.Hang());
      assertThat(agent.client().secret(hanging).status()).isEqualTo(504);

      Files.move(
          Files.writeString(folder.resolve("new"), TestCloud.TOKEN),
          token,
          StandardCopyOption.REPLACE_EXISTING);
      new RandomAccessFile(pipe.toFile(), "rw").close();
      Patience.see(() -> agent.dependency("token"), "UP"::equals);
      agent.assertUnharmed("a token that hangs");
    }
  }
}
