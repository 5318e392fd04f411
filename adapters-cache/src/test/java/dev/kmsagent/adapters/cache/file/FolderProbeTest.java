package dev.kmsagent.adapters.cache.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.file.FolderProbe.Finding;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a check says of a folder for the cache. */
final class FolderProbeTest {
  @TempDir private Path path;

  private static void assertBad(Finding finding, String... words) {
    assertThat(finding.isGood()).isFalse();
    assertThat(finding.text()).contains(words);
  }

  @Test
  void a_folder_that_can_be_used_is_good_and_nothing_is_left() throws IOException {
    var finding = new FolderProbe(path).find();
    assertThat(finding.isGood()).isTrue();
    assertThat(finding.text()).isEqualTo("A file was written, synced and removed.");
    assertThat(path).isEmptyDirectory();
  }

  @Test
  void what_an_agent_has_there_stays() throws IOException {
    OwnedFolder.open(path).close();
    var entry = Files.writeString(path.resolve("entries/s-1"), "sealed");
    assertThat(new FolderProbe(path).find().isGood()).isTrue();
    assertThat(entry).hasContent("sealed");
    assertThat(path.resolve("entries/check")).doesNotExist();
  }

  @Test
  void a_folder_that_a_running_agent_has_is_good_and_not_tried() throws IOException {
    try (var running = OwnedFolder.open(path)) {
      assertThat(new FolderProbe(path).find())
          .isEqualTo(new Finding(true, "A running agent has it, so that it was not tried."));
      assertThat(running.list()).noneMatch(file -> file.name().equals("check"));
    }
  }

  @Test
  void a_folder_that_others_may_enter_and_a_missing_one_are_told() throws IOException {
    assertBad(new FolderProbe(path.resolve("none")).find(), "none/entries");
    var open = Set.copyOf(PosixFilePermissions.fromString("rwxr-x---"));
    Files.createDirectory(path.resolve("entries"), PosixFilePermissions.asFileAttribute(open));
    assertBad(new FolderProbe(path).find(), "entries", "alone may enter", "remove it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "No space left on device",
        "Disk quota exceeded",
        "Read-only file system",
        "Invalid argument"
      })
  void a_failure_of_the_disk_is_told(String reason) {
    assertBad(
        FolderProbe.explain(new FileSystemException("/cache/entries/check", null, reason)),
        "/cache/entries/check",
        reason);
  }

  @Test
  void who_may_not_enter_is_told_to_run_the_check_as_the_user_of_the_agent() {
    assertBad(
        FolderProbe.explain(new AccessDeniedException("/cache/entries")),
        "/cache/entries",
        "Run check as the agent's user.");
  }
}
