package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenCommandTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name_a_file() {
    file = folder.resolve("token");
  }

  private CommandRun token(String... options) {
    var args = new String[options.length + 2];
    args[0] = "token";
    args[1] = file.toString();
    System.arraycopy(options, 0, args, 2, options.length);
    return CommandRun.of(args);
  }

  @Nested
  class A_new_token {
    @Test
    void is_32_bytes_in_hexadecimal_without_a_newline_and_not_printed() throws IOException {
      file = folder.resolve("run/kms/token");

      var run = token();

      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
      assertThat(file).content().matches("[0-9a-f]{64}");
      assertThat(run.out() + run.err()).doesNotContain(Files.readString(file));
    }

    @Test
    void takes_the_place_of_the_one_before_for_the_owner_and_the_group() throws IOException {
      token();
      var before = Files.readString(file);

      token();

      assertThat(file).content().isNotEqualTo(before);
      assertThat(Files.getPosixFilePermissions(file)).isEqualTo(TokenFile.mode("0640"));
      assertThat(folder.toFile().list()).containsExactly("token");
    }

    @Test
    void does_not_touch_a_file_that_the_old_one_links_to() throws IOException {
      var elsewhere = Files.writeString(folder.resolve("elsewhere"), "mine");
      Files.createSymbolicLink(file, elsewhere);

      token();

      assertThat(elsewhere).content().isEqualTo("mine");
      assertThat(file).content().hasSize(64);
    }
  }

  /** Root writes a token to a folder that others may write to. */
  @Nested
  class In_a_folder_of_others {
    private final Set<PosixFilePermission> mode = TokenFile.mode("0644");

    /** Random bytes; when the token is made, the others act. */
    private static SecureRandom meanwhile(Runnable others) {
      return new SecureRandom() {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
          super.nextBytes(bytes);
          if (bytes.length == 32) {
            others.run();
          }
        }
      };
    }

    @Test
    void nobody_else_can_read_the_unfinished_file() throws IOException {
      var unfinished = new ArrayList<Set<PosixFilePermission>>();

      new TokenFile(file, mode, null).write(meanwhile(() -> unfinished.add(ofTheUnfinished())));

      assertThat(unfinished).containsExactly(TokenFile.OWNER_ONLY);
      assertThat(Files.getPosixFilePermissions(file)).isEqualTo(mode);
    }

    private Set<PosixFilePermission> ofTheUnfinished() {
      try (var files = Files.newDirectoryStream(folder, ".token-*")) {
        return Files.getPosixFilePermissions(files.iterator().next());
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    @Test
    void a_link_in_place_of_the_unfinished_file_is_not_followed(@TempDir Path elsewhere)
        throws IOException {
      var victim = Files.writeString(elsewhere.resolve("victim"), "mine");
      Files.setPosixFilePermissions(victim, TokenFile.OWNER_ONLY);
      var written = new TokenFile(file, mode, null);
      var random = meanwhile(() -> replaceUnfinishedByLinkTo(victim));

      assertThatIOException().isThrownBy(() -> written.write(random));
      assertThat(victim).content().isEqualTo("mine");
      assertThat(Files.getPosixFilePermissions(victim)).isEqualTo(TokenFile.OWNER_ONLY);
    }

    private void replaceUnfinishedByLinkTo(Path victim) {
      try (var files = Files.newDirectoryStream(folder, ".token-*")) {
        for (var unfinished : files) {
          Files.delete(unfinished);
          Files.createSymbolicLink(unfinished, victim);
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    @Test
    void a_folder_that_is_replaced_by_a_link_is_not_followed(@TempDir Path elsewhere)
        throws IOException {
      var shared = Files.createDirectory(folder.resolve("shared"));
      var written = new TokenFile(shared.resolve("token"), mode, null);

      written.write(meanwhile(() -> replaceByLink(shared, elsewhere)));

      assertThat(elsewhere).isEmptyDirectory();
      assertThat(folder.resolve("moved/token")).content().hasSize(64);
    }

    private void replaceByLink(Path shared, Path target) {
      try {
        Files.move(shared, folder.resolve("moved"));
        Files.createSymbolicLink(shared, target);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  @Nested
  class Its_mode {
    @ParameterizedTest
    @CsvSource({"0444, r--r--r--", "600, rw-------"})
    void is_the_one_asked_for(String octal, String permissions) throws IOException {
      token("--mode", octal);

      assertThat(Files.getPosixFilePermissions(file))
          .isEqualTo(PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rw-r-----", "0680", "64", "06400", "1640", "-640", "0240"})
    void is_wrong_usage_when_it_is_no_mode_its_owner_could_read_with(String mode) {
      var run = token("--mode=" + mode);

      assertThat(run.status()).isEqualTo(ExitStatus.MISUSED);
      assertThat(run.err()).contains("'" + mode + "' is no file mode");
      assertThat(file).doesNotExist();
    }
  }

  @Nested
  class Its_group {
    @Test
    void is_the_one_asked_for() throws IOException {
      var own = Files.readAttributes(folder, PosixFileAttributes.class).group();

      assertThat(token("--group", own.getName()).status()).isEqualTo(ExitStatus.DONE);

      assertThat(Files.readAttributes(file, PosixFileAttributes.class).group()).isEqualTo(own);
    }

    @Test
    void is_named_when_there_is_none_of_that_name() {
      var run = token("--group", "no-such-group");

      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.err()).contains("no group called no-such-group");
      assertThat(folder).isEmptyDirectory();
    }
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
      var run = token("--keep");

      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.err()).contains(file + ": it is a link, no regular file or another user's,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-s mine token", "-s absent token", "mine token"})
    void a_link_is_refused_and_nothing_is_changed(String names) throws Exception {
      var mine = Files.writeString(folder.resolve("mine"), "mine");
      Files.setPosixFilePermissions(mine, TokenFile.OWNER_ONLY);
      run("ln " + names);

      assertNotKept();

      assertThat(Files.getPosixFilePermissions(mine)).isEqualTo(TokenFile.OWNER_ONLY);
      assertThat(Files.isSymbolicLink(file)).isEqualTo(names.startsWith("-s"));
      assertThat(folder.toFile().list()).hasSize(2);
    }

    @Test
    void a_pipe_is_refused() throws Exception {
      run("mkfifo token");

      // With both ends open here, opening it does not wait.
      try (var _ = new RandomAccessFile(file.toFile(), "rw")) {
        assertNotKept();
      }
    }

    @Test
    void a_folder_is_refused() throws IOException {
      Files.createDirectory(file);

      assertNotKept();
      assertThat(file).isEmptyDirectory();
    }

    @Test
    void a_link_that_takes_the_place_of_the_file_after_it_was_checked_is_not_followed()
        throws IOException {
      var mine = Files.writeString(folder.resolve("mine"), "mine");
      Files.setPosixFilePermissions(mine, TokenFile.OWNER_ONLY);
      Files.createSymbolicLink(file, mine);
      var kept = new TokenFile(file, TokenFile.mode("0644"), null);

      try (var stream = Files.newDirectoryStream(folder)) {
        var opened = (SecureDirectoryStream<Path>) stream;
        assertThatIOException().isThrownBy(() -> kept.setOwnership(opened, file.getFileName()));
      }
      assertThat(Files.getPosixFilePermissions(mine)).isEqualTo(TokenFile.OWNER_ONLY);
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
      var before = Files.readAttributes(file, PosixFileAttributes.class);

      assertNotKept();

      var after = Files.readAttributes(file, PosixFileAttributes.class);
      assertThat(after.permissions()).isEqualTo(before.permissions());
      assertThat(after.fileKey()).isEqualTo(before.fileKey());
    }

    private void run(String command) {
      SystemCommand.of((Object[]) command.split(" ", -1)).in(folder).run().outputOfSuccess();
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

  @Nested
  class A_path_that_cannot_be_written {
    @Test
    void is_a_folder() {
      file = folder;

      var run = token();

      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.err()).contains(folder.toString(), "this is a folder");
    }

    @Test
    void has_a_file_where_a_folder_should_be() throws IOException {
      var inTheWay = Files.createFile(folder.resolve("taken"));
      file = inTheWay.resolve("token");

      var run = token();

      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.err()).contains(inTheWay.toString());
    }
  }
}
