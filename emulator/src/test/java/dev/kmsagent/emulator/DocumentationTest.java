package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.seed.SeedFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/emulator.md} to what the emulator does. */
final class DocumentationTest {
  private static final Pattern TOML = Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FAULT = Pattern.compile("\\{\"fault\":[^}]*}");
  private static final Pattern KIND = Pattern.compile("`\\{\"fault\":\"([a-z-]+)\"");

  @AutoClose private final RunningEmulator running = new RunningEmulator();

  @Test
  void its_file_of_secrets_can_be_read() throws IOException {
    for (String file : found(TOML, 1)) {
      assertThat(SeedFile.parse(file)).isInstanceOf(SeedFile.Reading.Seeds.class);
    }
  }

  @Test
  void its_faults_are_accepted() throws IOException, InterruptedException {
    URI faults = URI.create("http://" + running.emulator().endpoint() + "/_emulator/faults");
    for (String fault : found(FAULT, 0)) {
      var request = HttpRequest.newBuilder(faults).POST(BodyPublishers.ofString(fault)).build();
      assertThat(running.send(request).statusCode()).as(fault).isEqualTo(201);
    }
  }

  @Test
  void its_table_has_every_fault() throws IOException {
    assertThat(found(KIND, 1))
        .containsExactly(
            "latency",
            "hang",
            "drip",
            "reset",
            "truncated",
            "throttled",
            "failure",
            "html",
            "empty",
            "redirect",
            "malformed",
            "incomplete",
            "wrong-types",
            "oversized");
  }

  private static List<String> found(Pattern pattern, int group) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "emulator.md"));
    List<String> found =
        pattern.matcher(page).results().map((MatchResult r) -> r.group(group)).toList();
    assertThat(found).isNotEmpty();
    return found;
  }
}
