package dev.kmsagent.adapters.files;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.config.FilesConfig;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FileDirectoryTest {
  private static final int MODE = 0640;

  @TempDir private Path parent;
  private final VirtualTime time = new VirtualTime();
  private Path directory;
  private FileDirectory files;

  @BeforeEach
  void begin() {
    directory = parent.resolve("files");
    files = newAgent(MODE);
  }

  private FileDirectory newAgent(int mode) {
    return new FileDirectory(new FilesConfig(directory, mode, List.of()), time);
  }

  /** Names and contents in turn. */
  private Set<String> write(String... pairs) throws IOException {
    time.advance(Duration.ofSeconds(1));
    return write(files, pairs);
  }

  private static Set<String> write(FileDirectory files, String... pairs) throws IOException {
    return files.write(
        Stream.iterate(0, i -> i < pairs.length, i -> i + 2)
            .collect(toMap(i -> pairs[i], i -> pairs[i + 1].getBytes(StandardCharsets.UTF_8))));
  }

  private String read(String name) throws IOException {
    return Files.readString(directory.resolve(name));
  }

  private Path data() throws IOException {
    return directory.resolve("..data").toRealPath();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private List<String> folders() throws IOException {
    return names().stream().filter(name -> name.startsWith("..2")).toList();
  }

  private List<String> names() throws IOException {
    try (var paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void each_name_is_a_link_through_one_link_to_a_dated_folder() throws IOException {
    assertThat(write("user", "a", "tls.crt", "b")).containsExactly("tls.crt", "user");

    assertThat(read("user") + read("tls.crt")).isEqualTo("ab");
    assertThat(Files.readSymbolicLink(directory.resolve("user")))
        .isEqualTo(Path.of("..data", "user"));
    assertThat(Files.readSymbolicLink(directory.resolve("..data")).toString())
        .startsWith("..2026_01_01_00_00_01.");
    assertThat(names()).hasSize(5).contains("..changed");
  }

  @ParameterizedTest
  @CsvSource({
    "0640, rw-r-----, rwxr-x---",
    "0644, rw-r--r--, rwxr-xr-x",
    "0600, rw-------, rwx------",
    "0440, r--r-----, rwxr-x---"
  })
  void files_have_the_mode_whatever_the_umask_and_the_agent_alone_can_write_to_folders(
      String mode, String ofFile, String ofFolder) throws IOException {
    write(newAgent(Integer.parseInt(mode, 8)), "user", "a");

    assertThat(mode(data().resolve("user"))).isEqualTo(ofFile);
    assertThat(mode(data())).isEqualTo(ofFolder);
    assertThat(mode(directory)).isEqualTo(ofFolder);
  }

  @Test
  void the_folder_before_stays_until_the_next_change() throws IOException {
    write("user", "1", "password", "1");
    var first = data();
    write("user", "2", "password", "1");

    assertThat(Files.readString(first.resolve("user"))).isEqualTo("1");
    assertThat(data()).isNotEqualTo(first);
    assertThat(Files.readString(data().resolve("password"))).isEqualTo("1");

    write("user", "3", "password", "1");
    assertThat(first).doesNotExist();
    assertThat(folders()).hasSize(2);
  }

  @Test
  void nothing_is_written_where_nothing_changed_also_by_a_new_agent() throws IOException {
    write("user", "1");
    var before = data();
    var dates = Files.getLastModifiedTime(directory);
    var marked = Files.getLastModifiedTime(directory.resolve("..changed"));

    assertThat(write("user", "1")).isEmpty();
    assertThat(write(newAgent(MODE), "user", "1")).isEmpty();
    assertThat(data()).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(directory)).isEqualTo(dates);
    assertThat(Files.getLastModifiedTime(directory.resolve("..changed"))).isEqualTo(marked);
  }

  @Test
  void another_mode_is_a_change() throws IOException {
    write("user", "1");

    assertThat(write(newAgent(0600), "user", "1")).containsExactly("user");
    assertThat(mode(data().resolve("user"))).isEqualTo("rw-------");
  }

  @Test
  void a_regular_file_that_names_the_folder_is_written_last_and_in_place() throws IOException {
    write("user", "1");
    var file = Files.getAttribute(directory.resolve("..changed"), "unix:ino");
    write("user", "2");

    assertThat(read("..changed")).isEqualTo(data().getFileName() + "\n");
    assertThat(Files.getAttribute(directory.resolve("..changed"), "unix:ino")).isEqualTo(file);
  }

  @Test
  void what_an_agent_left_undone_before_its_end_is_done_by_the_next() throws IOException {
    write("user", "1");
    Files.delete(directory.resolve("user"));
    Files.delete(directory.resolve("..changed"));
    var unfinished = Files.createDirectory(directory.resolve("..2026_01_01_00_00_09.17"));
    Files.writeString(unfinished.resolve("user"), "hal");
    Files.createSymbolicLink(directory.resolve("..data_tmp"), unfinished.getFileName());

    assertThat(write(newAgent(MODE), "user", "1")).isEmpty();
    assertThat(unfinished).doesNotExist();
    assertThat(names()).doesNotContain("..data_tmp");
    assertThat(read("user")).isEqualTo("1");
    assertThat(read("..changed")).isEqualTo(data().getFileName() + "\n");
    assertThat(write(newAgent(MODE), "user", "2")).containsExactly("user");
  }

  @Test
  void a_file_that_is_gone_is_gone_at_once_with_its_link_from_all_folders() throws IOException {
    write("user", "1", "password", "1");
    write("user", "2", "password", "2");

    assertThat(write("user", "2")).containsExactly("password");
    assertThat(directory.resolve("password")).doesNotExist();
    assertThat(folders()).hasSize(2);
    for (var folder : folders()) {
      assertThat(directory.resolve(folder).resolve("password")).doesNotExist();
    }
    assertThat(read("user")).isEqualTo("2");
  }

  @Test
  void the_group_is_that_of_the_directory() throws IOException {
    assumeTrue(isRoot(), "only root may give a folder to any group");
    Files.createDirectory(directory);
    Files.setAttribute(directory, "unix:gid", 4711);
    Files.setAttribute(directory, "unix:mode", 02750);
    write("user", "1");

    assertThat(Files.getAttribute(data(), "unix:gid")).isEqualTo(4711);
    assertThat(Files.getAttribute(data().resolve("user"), "unix:gid")).isEqualTo(4711);
    assertThat((int) Files.getAttribute(directory, "unix:mode") & 07777).isEqualTo(02750);
  }

  @Test
  void a_directory_that_the_agent_makes_keeps_the_group_of_its_volume() throws IOException {
    assumeTrue(isRoot(), "only root may give a folder to any group");
    Files.setAttribute(parent, "unix:gid", 4711);
    Files.setAttribute(parent, "unix:mode", 03777);
    write("user", "1");

    assertThat(Files.getAttribute(data().resolve("user"), "unix:gid")).isEqualTo(4711);
    assertThat((int) Files.getAttribute(directory, "unix:mode") & 07777).isEqualTo(02750);
  }

  @Test
  void a_volume_of_its_own_may_be_writable_to_all_users() throws IOException {
    var volume = Files.createDirectory(parent.resolve("volume"));
    mount(volume, "0777");
    try {
      directory = volume.resolve("files");
      write(newAgent(MODE), "user", "1");
      assertThat(read("user")).isEqualTo("1");
    } finally {
      var _ = SystemCommand.of("umount", "-l", volume).run();
    }
  }

  private static void mount(Path folder, String mode) {
    assumeTrue(isRoot(), "only root may mount a file system");
    var options = "size=64k,mode=" + mode;
    var mount = SystemCommand.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder);
    assumeTrue(mount.run().status() == 0, "no file system can be mounted here");
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  @Nested
  class Refused {
    private void assertRefused(String why) {
      assertThatThrownBy(() -> write("user", "2"))
          .isInstanceOfSatisfying(
              IOException.class, failed -> assertThat(newAgent(MODE).reason(failed)).contains(why));
    }

    @Test
    void a_parent_in_which_other_users_can_replace_it() throws IOException {
      var open = Files.createDirectory(parent.resolve("open"));
      directory = open.resolve("files");
      files = newAgent(MODE);
      Files.setAttribute(open, "unix:mode", 0777);
      assertRefused(open + ": other users can replace what is in it");
      Files.setAttribute(open, "unix:mode", 01777);
      write("user", "1");
      assertThat(read("user")).isEqualTo("1");
    }

    @Test
    void a_parent_that_is_missing() {
      directory = parent.resolve("missing/files");
      files = newAgent(MODE);

      assertRefused("missing: it does not exist, or the agent's user may not write to it");
    }

    @Test
    void a_directory_that_is_a_file_or_a_link() throws IOException {
      Files.writeString(directory, "");
      assertRefused("it is no directory: remove it");
      Files.delete(directory);
      Files.createSymbolicLink(directory, Files.createDirectory(parent.resolve("other")));
      assertRefused("it is no directory: remove it");
    }

    @Test
    void a_directory_that_others_can_write_to() throws IOException {
      Files.createDirectory(directory);
      Files.setAttribute(directory, "unix:mode", 01777);

      assertRefused(directory + ": others can write to it");
    }

    @Test
    void a_directory_of_another_user() throws IOException {
      assumeTrue(isRoot(), "only root may give a directory to another user");
      Files.createDirectory(directory);
      Files.setAttribute(directory, "unix:uid", 65534);

      assertRefused("belongs to another user");
      assertThat(names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "other", "../etc", "..2026_01_01_00_00_01.1/..", ""})
    void data_that_is_no_link_of_the_agent(String target) throws IOException {
      Files.createDirectory(directory);
      var data = directory.resolve("..data");
      if (target.isEmpty()) {
        Files.createDirectory(data);
      } else {
        Files.createSymbolicLink(data, Path.of(target));
      }

      assertRefused(data + ": the agent has not made it: remove it");
      assertThat(names()).containsExactly("..data");
    }

    @Test
    void a_link_in_place_of_the_file_that_is_written_last() throws IOException {
      Files.createDirectory(directory);
      var other = Files.writeString(parent.resolve("other"), "kept");
      Files.createSymbolicLink(directory.resolve("..changed"), other);

      assertRefused("..changed: the agent has not made it: remove it");
      assertThat(other).hasContent("kept");
    }

    @Test
    void a_name_that_another_file_has_and_nothing_is_deleted() throws IOException {
      write("user", "1");
      Files.writeString(directory.resolve("tls.crt"), "kept");
      Files.createSymbolicLink(directory.resolve("tls.key"), Path.of("..data", "user"));

      assertThat(files.isTaken("user")).isFalse();
      assertThat(files.isTaken("absent")).isFalse();
      assertThat(files.isTaken("tls.crt")).isTrue();
      assertThat(files.isTaken("tls.key")).isTrue();
      write("user", "2");
      assertThat(read("tls.crt")).isEqualTo("kept");
      assertThat(Files.exists(directory.resolve("tls.key"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
  }

  @Test
  void a_full_disk_leaves_the_version_before_whole_and_takes_away_what_is_refused()
      throws IOException {
    Files.createDirectory(directory);
    mount(directory, "0755");
    try {
      var half = "x".repeat(20_000);
      write("user", half, "password", "1");
      var before = data();
      assertThatThrownBy(() -> write("user", "y".repeat(60_000)))
          .isInstanceOfSatisfying(
              IOException.class,
              failed ->
                  assertThat(newAgent(MODE).reason(failed))
                      .isEqualTo(directory + ": No space left on device"));

      assertThat(data()).isEqualTo(before);
      assertThat(read("user")).isEqualTo(half);
      assertThat(data().resolve("password")).doesNotExist();
      assertThat(names()).doesNotContain("password");
      assertThat(folders()).hasSize(1);
      assertThat(write("user", "z")).containsExactly("user");
    } finally {
      var _ = SystemCommand.of("umount", "-l", directory).run();
    }
  }
}
