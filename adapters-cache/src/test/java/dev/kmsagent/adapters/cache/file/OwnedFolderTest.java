package dev.kmsagent.adapters.cache.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.cache.file.Folder.Stored;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder on a real disk. */
class OwnedFolderTest {
  private static final Instant DATE = VirtualTime.START.plusNanos(123_456_000);

  @TempDir private Path path;

  private Path entries() {
    return path.resolve("entries");
  }

  private OwnedFolder open() throws IOException {
    return OwnedFolder.open(path);
  }

  @Test
  void is_made_for_its_owner_alone_in_one_that_all_may_write_to() throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    open().close();
    assertThat(Files.getPosixFilePermissions(entries()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void has_the_files_that_were_written_with_their_dates_and_gives_those_that_are_not_removed()
      throws IOException {
    try (var folder = open()) {
      folder.write("one", new byte[] {1}, DATE, false);
      folder.write("two", new byte[] {1, 2}, DATE, true);
      folder.write("two", new byte[] {3, 4, 5}, DATE.plusSeconds(1), false);
    }
    try (var folder = open()) {
      assertThat(folder.read("one").orElseThrow()).containsExactly(1);
      assertThat(folder.read("two").orElseThrow()).containsExactly(3, 4, 5);
      assertThat(folder.list())
          .contains(new Stored("one", 1, DATE), new Stored("two", 3, DATE.plusSeconds(1)));
      folder.remove(List.of("one", "none"));
      assertThat(folder.read("one")).isEmpty();
      assertThat(folder.read("two")).isPresent();
    }
  }

  @Test
  void what_a_process_did_not_finish_is_no_file_and_does_not_hinder_the_next_one()
      throws IOException {
    open().close();
    Files.writeString(entries().resolve("new"), "x".repeat(1000));
    try (var folder = open()) {
      folder.write("one", new byte[] {1}, DATE, true);
      assertThat(folder.read("one").orElseThrow()).containsExactly(1);
      assertThat(entries().resolve("new")).doesNotExist();
    }
  }

  @Test
  void a_file_that_could_not_be_put_in_its_place_leaves_nothing() throws IOException {
    try (var folder = open()) {
      Files.createDirectories(entries().resolve("one/two"));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> folder.write("one", new byte[] {1}, DATE, false));
      assertThat(entries().resolve("new")).doesNotExist();
    }
  }

  @Test
  void belongs_to_one_at_a_time() throws IOException {
    try (var _ = open()) {
      assertThatExceptionOfType(FolderException.class)
          .isThrownBy(this::open)
          .withMessageContaining("Cache.File.Path")
          .matches(refused -> refused.reason() == Cause.NOT_READY);
    }
    open().close();
  }

  @Nested
  class Is_refused {
    private void assertRefused() {
      assertThatExceptionOfType(FolderException.class)
          .isThrownBy(OwnedFolderTest.this::open)
          .withMessage(entries() + " is no folder that the agent's user alone may enter: remove it")
          .matches(refused -> refused.reason() == Cause.DENIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-x---", "rwx--x---", "rwx-----x", "rwxrwxrwx", "r-x------"})
    void if_others_may_enter_it(String permissions) throws IOException {
      open().close();
      Files.setPosixFilePermissions(entries(), PosixFilePermissions.fromString(permissions));
      assertRefused();
    }

    @Test
    void if_it_is_a_link() throws IOException {
      var elsewhere = Files.createDirectory(path.resolve("elsewhere"));
      Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwx------"));
      Files.createSymbolicLink(entries(), elsewhere);
      assertRefused();
      Files.delete(entries());
      Files.createSymbolicLink(entries(), path.resolve("nowhere"));
      assertRefused();
      assertThat(path.resolve("nowhere")).doesNotExist();
    }

    @Test
    void if_it_is_no_folder() throws IOException {
      Files.createFile(
          entries(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      assertRefused();
    }

    /** Root may enter it all the same. */
    @Test
    void if_another_user_made_it() throws IOException {
      assumeTrue((int) Files.getAttribute(path, "unix:uid") == 0, "only root gives files away");
      open().close();
      for (var file : List.of(entries().resolve("lock"), entries())) {
        Files.setAttribute(file, "unix:uid", 4711, LinkOption.NOFOLLOW_LINKS);
      }
      assertRefused();
    }
  }

  @Nested
  class A_link_in_it {
    @Test
    void is_not_read_nor_written_through() throws IOException {
      var target = Files.writeString(path.resolve("target"), "content");
      try (var folder = open()) {
        Files.createSymbolicLink(entries().resolve("one"), target);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> folder.read("one"));
        folder.write("one", new byte[] {1}, DATE, false);
        Files.createSymbolicLink(entries().resolve("new"), target);
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> folder.write("two", new byte[] {1}, DATE, false));
        folder.write("two", new byte[] {1}, DATE, false);
      }
      assertThat(target).hasContent("content");
    }

    @Test
    void does_not_lead_to_another_lock() throws IOException {
      open().close();
      Files.delete(entries().resolve("lock"));
      Files.createSymbolicLink(entries().resolve("lock"), path.resolve("target"));
      assertThatExceptionOfType(IOException.class).isThrownBy(OwnedFolderTest.this::open);
      assertThat(path.resolve("target")).doesNotExist();
    }
  }
}
