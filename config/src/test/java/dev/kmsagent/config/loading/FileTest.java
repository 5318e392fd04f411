package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file may be, and what is said when it is not. */
class FileTest {
  @TempDir Path folder;

  @Test
  void an_empty_file_means_the_defaults() {
    assertThat(Attempt.inHangzhou("").config())
        .isEqualTo(
            Attempt.of(new ConfigSource.Nothing())
                .with("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
                .config());
  }

  @Test
  void a_byte_order_mark_and_carriage_returns_are_harmless() {
    var attempt = Attempt.inHangzhou("\uFEFF[Server]\r\nHttpPort = 2026\r\n");
    assertThat(attempt.config().server().listen().port()).isEqualTo(2026);
  }

  @Test
  void a_relative_path_starts_at_the_working_directory() throws IOException {
    Files.writeString(folder.resolve("config.toml"), "[Server]\nMaxConn = 7\n");
    assertThat(file("config.toml").config().server().maxConn()).isEqualTo(7);
  }

  @Test
  void one_that_is_missing_or_a_folder_or_endless_or_not_utf_8_is_a_problem() throws IOException {
    Files.write(folder.resolve("latin.toml"), new byte[] {'#', (byte) 0xE9, '\n'});
    assertThat(file("absent.toml").messages())
        .containsExactly("absent.toml: the file does not exist");
    assertThat(file(".").messages()).containsExactly(".: the file is a folder");
    assertThat(file("/dev/zero").messages())
        .containsExactly("/dev/zero: the file is longer than 1 MiB");
    assertThat(file("latin.toml").messages()).containsExactly("latin.toml: the file is not UTF-8");
  }

  private Attempt file(String name) {
    return Attempt.of(new ConfigSource.File(Path.of(name)))
        .with("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
        .in(folder);
  }
}
