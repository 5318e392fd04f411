package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenCommandTest {
  private static final Set<PosixFilePermission> MODE = TokenFile.mode("0644");

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name_a_file() {
    file = folder.resolve("token");
  }

  private CommandRun token(String... options) {
    var args = Stream.concat(Stream.of("token", file.toString()), Stream.of(options));
    return CommandRun.of(args.toArray(String[]::new));
  }

  /** Of the owner alone. */
  private Path mine() throws IOException {
    var mine = Files.writeString(folder.resolve("mine"), "mine");
    return Files.setPosixFilePermissions(mine, TokenFile.OWNER_ONLY);
  }

  @Test
  void it_is_32_bytes_in_hexadecimal_without_a_newline_and_not_printed() throws IOException {
    file = folder.resolve("run/kms/token");

    var run = token();

    assertThat(run.status()).isEqualTo(ExitStatus.DONE);
    assertThat(file).content().matches("[0-9a-f]{64}");
    assertThat(run.out() + run.err()).doesNotContain(Files.readString(file));
  }

  @Test
  void it_takes_the_place_of_the_one_before_for_the_owner_and_the_group() throws IOException {
    token();
    var before = Files.readString(file);

    token();

    assertThat(file).content().isNotEqualTo(before);
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(TokenFile.mode("0640"));
    assertThat(folder.toFile().list()).containsExactly("token");
  }

  @Test
  void it_does_not_touch_a_file_that_the_old_one_links_to() throws IOException {
    var mine = mine();
    Files.createSymbolicLink(file, mine);

    token();

    assertThat(mine).content().isEqualTo("mine");
    assertThat(file).content().hasSize(64);
  }

  /** Root writes a token to a folder that others may write to. */
  @Nested
  class In_a_folder_of_others {
    /** They act when the token is made. */
    private static SecureRandom meanwhile(ThrowingCallable others) {
      return new SecureRandom() {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
          super.nextBytes(bytes);
          if (bytes.length == 32) {
            assertThatCode(others).doesNotThrowAnyException();
          }
        }
      };
    }

    private Path unfinished() throws IOException {
      try (var files = Files.newDirectoryStream(folder, ".token-*")) {
        return files.iterator().next();
      }
    }

    @Test
    void nobody_else_can_read_the_unfinished_file() throws IOException {
      var unfinished = new ArrayList<Set<PosixFilePermission>>();

      new TokenFile(file, MODE, null)
          .write(meanwhile(() -> unfinished.add(Files.getPosixFilePermissions(unfinished()))));

      assertThat(unfinished).containsExactly(PosixFilePermissions.fromString("rw-------"));
      assertThat(Files.getPosixFilePermissions(file)).isEqualTo(MODE);
    }

    @Test
    void a_link_in_place_of_the_unfinished_file_is_not_followed() throws IOException {
      var victim = mine();
      var random =
          meanwhile(
              () -> {
                var replaced = unfinished();
                Files.delete(replaced);
                Files.createSymbolicLink(replaced, victim);
              });

      assertThatIOException().isThrownBy(() -> new TokenFile(file, MODE, null).write(random));
      assertThat(victim).content().isEqualTo("mine");
      assertThat(Files.getPosixFilePermissions(victim)).isEqualTo(TokenFile.OWNER_ONLY);
    }

    @Test
    void a_folder_that_is_replaced_by_a_link_is_not_followed(@TempDir Path elsewhere)
        throws IOException {
      var shared = Files.createDirectory(folder.resolve("shared"));
      var random =
          meanwhile(
              () -> {
                Files.move(shared, folder.resolve("moved"));
                Files.createSymbolicLink(shared, elsewhere);
              });

      new TokenFile(shared.resolve("token"), MODE, null).write(random);

      assertThat(elsewhere).isEmptyDirectory();
      assertThat(folder.resolve("moved/token")).content().hasSize(64);
    }
  }

  @ParameterizedTest
  @CsvSource({"0444, r--r--r--", "600, rw-------", "0751, rwxr-x--x"})
  void its_mode_is_the_one_asked_for(String octal, String permissions) throws IOException {
    token("--mode", octal);

    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString(permissions));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rw-r-----", "0680", "64", "06400", "1640", "-640", "0240"})
  void what_is_no_mode_its_owner_could_read_with_is_wrong_usage(String mode) {
    token("--mode=" + mode).assertFailed(ExitStatus.MISUSED, "'" + mode + "' is no file mode");
    assertThat(file).doesNotExist();
  }

  @Test
  void a_group_that_does_not_exist_is_named() {
    token("--group", "no-such-group")
        .assertFailed(ExitStatus.FAILED, "no group called no-such-group");
    assertThat(folder).isEmptyDirectory();
  }

  @Nested
  class With_keep {
    @Test
    void a_token_that_is_there_stays_and_gets_the_mode_and_group_asked_for() throws IOException {
      Files.writeString(file, "mine");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      var own = Files.readAttributes(folder, PosixFileAttributes.class).group();

      token("--keep");
      assertThat(Files.getPosixFilePermissions(file)).isEqualTo(TokenFile.mode("0640"));
      token("--keep", "--mode", "0444", "--group", own.getName());
      assertThat(Files.getPosixFilePermissions(file)).isEqualTo(TokenFile.mode("0444"));

      assertThat(Files.readAttributes(file, PosixFileAttributes.class).group()).isEqualTo(own);
      assertThat(file).content().isEqualTo("mine");
    }

    private void assertNotKept() {
      token("--keep")
          .assertFailed(
              ExitStatus.FAILED, file + ": it is a link, no regular file or another user's,");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "ln -s mine token",
          "ln -s absent token",
          "ln mine token",
          "mkfifo token",
          "mkdir token"
        })
    void a_link_is_refused_and_nothing_is_changed(String command) throws IOException {
      var mine = mine();
      run(command);
      var before = run("ls -l");

      assertNotKept();

      assertThat(run("ls -l")).isEqualTo(before);
      assertThat(mine).content().isEqualTo("mine");
    }

    private String run(String command) {
      return SystemCommand.of("sh", "-c", command).in(folder).run().outputOfSuccess();
    }

    /** As root the file is given to another user, else it is one of root that all can read. */
    @Test
    void a_file_of_another_user_is_refused_and_nothing_is_changed() throws IOException {
      Files.writeString(file, "theirs");
      if (Files.getAttribute(file, "unix:uid").equals(0)) {
        Files.setAttribute(file, "unix:uid", 65534);
      } else {
        file = Path.of("/etc/passwd");
      }
      var before = run("ls -li " + file);

      assertNotKept();

      assertThat(run("ls -li " + file)).isEqualTo(before);
    }

    @Test
    void a_missing_one_is_made_and_an_empty_one_replaced() throws IOException {
      token("--keep");
      assertThat(file).content().hasSize(64);
      Files.writeString(file, "");

      assertThat(token("--keep").status()).isEqualTo(ExitStatus.DONE);
      assertThat(file).content().hasSize(64);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', this is a folder", "taken/token, taken"})
  void a_path_that_cannot_be_written_is_named(String path, String problem) throws IOException {
    Files.createFile(folder.resolve("taken"));
    file = folder.resolve(path);

    token().assertFailed(ExitStatus.FAILED, folder.toString(), problem);
  }
}
