package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.seed.SeedFile;
import dev.kmsagent.emulator.seed.SeedFile.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/emulator.md} to what the emulator does. */
final class DocumentationTest {
  private static final Pattern TOML = Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FAULT = Pattern.compile("\\{\"fault\":[^}]*}");
  private static final Pattern KIND = Pattern.compile("`\\{\"fault\":\"([a-z-]+)\"");

  private static final Pattern TOKEN = Pattern.compile("\\{\"subject\":[^}]*}");
  private static final Pattern PATH = Pattern.compile("(/_emulator/[a-z]+)");

  @AutoClose private final RunningEmulator running = new RunningEmulator();

  @Test
  void its_secrets_faults_and_tokens_are_accepted() throws IOException {
    assertThat(found(TOML, 1))
        .allSatisfy(file -> assertThat(SeedFile.parse(file)).isInstanceOf(Reading.Valid.class));
    assertThat(found(FAULT, 0)).allSatisfy(body -> assertAccepted("/faults", body));
    assertThat(found(TOKEN, 0)).allSatisfy(body -> assertAccepted("/token", body));
  }

  private void assertAccepted(String path, String body) {
    assertThat(running.post(path, body).statusCode()).isEqualTo(201);
  }

  @Test
  void its_paths_are_those_that_the_emulator_lists() throws IOException {
    List<String> listed = found(PATH, 1, running.control("GET", "").body());
    assertThat(listed).containsAll(found(PATH, 1));
  }

  @Test
  void its_table_has_every_fault() throws IOException {
    var faults = Arrays.stream(Fault.class.getPermittedSubclasses()).map(DocumentationTest::kind);
    assertThat(found(KIND, 1))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Stream.of("throttled"), faults).toList());
  }

  private static String kind(Class<?> fault) {
    return fault.getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static List<String> found(Pattern pattern, int group) throws IOException {
    return found(pattern, group, Files.readString(Path.of("..", "docs", "emulator.md")));
  }

  private static List<String> found(Pattern pattern, int group, String page) {
    List<String> found =
        pattern.matcher(page).results().map((MatchResult r) -> r.group(group)).toList();
    assertThat(found).isNotEmpty();
    return found;
  }
}
