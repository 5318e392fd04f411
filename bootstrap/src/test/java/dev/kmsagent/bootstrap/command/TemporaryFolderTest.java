package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class TemporaryFolderTest {
  @Test
  void nobody_else_can_read_a_token_in_it() throws IOException {
    try (var folder = TemporaryFolder.create()) {
      var token = writeToken(folder);

      assertThat(token.path()).content().hasSize(64);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
          .isEqualTo("rwx------");
      assertThat(Files.getPosixFilePermissions(token.path()))
          .isEqualTo(FileMode.OWNER_ONLY.permissions());
    }
  }

  @Test
  void closing_it_leaves_nothing_behind() throws IOException {
    var folder = TemporaryFolder.create();
    var _ = writeToken(folder);

    folder.close();

    assertThat(folder.path()).doesNotExist();
  }

  private static TokenFile writeToken(TemporaryFolder folder) throws IOException {
    var token = new TokenFile(folder.path().resolve("token"), FileMode.OWNER_ONLY, null);
    token.write(new SecureRandom());
    return token;
  }
}
