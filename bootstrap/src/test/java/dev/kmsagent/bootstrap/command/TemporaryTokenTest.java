package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class TemporaryTokenTest {
  @Test
  void nobody_else_can_read_it() throws IOException {
    try (var token = TemporaryToken.create(new SecureRandom())) {
      var folder = Files.getPosixFilePermissions(token.path().getParent());

      assertThat(token.path()).content().hasSize(64);
      assertThat(PosixFilePermissions.toString(folder)).isEqualTo("rwx------");
      assertThat(Files.getPosixFilePermissions(token.path()))
          .isEqualTo(FileMode.OWNER_ONLY.permissions());
    }
  }

  @Test
  void closing_it_leaves_nothing_behind() throws IOException {
    var token = TemporaryToken.create(new SecureRandom());

    token.close();

    assertThat(token.path().getParent()).doesNotExist();
  }
}
