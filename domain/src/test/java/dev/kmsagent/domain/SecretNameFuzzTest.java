package dev.kmsagent.domain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: two names of secrets and an account, a line each. */
final class SecretNameFuzzTest {
  public static void fuzzerTestOneInput(byte[] input) {
    var lines = new String(input, UTF_8).split("\n", -1);
    var own = line(lines, 2, AccountId::new);
    var one = line(lines, 0, SecretName::new);
    var other = line(lines, 1, SecretName::new);
    line(lines, 0, Principal::new)
        .ifPresent(principal -> assertThat(principal.account()).isNotNull());
    one.ifPresent(name -> assertCanonical(name, own));
    if (one.isPresent() && other.isPresent()) {
      assertAgree(one.get(), other.get(), own);
    }
  }

  /** What a line stands for; empty where it is missing or not valid. */
  private static <T> Optional<T> line(String[] lines, int number, Function<String, T> read) {
    try {
      return lines.length > number ? Optional.of(read.apply(lines[number])) : Optional.empty();
    } catch (IllegalArgumentException invalid) {
      return Optional.empty();
    }
  }

  private static void assertCanonical(SecretName name, Optional<AccountId> own) {
    var canonical = name.canonical(own);
    assertThat(canonical.canonical(own)).isEqualTo(canonical);
    assertThat(name.plain().plain()).isEqualTo(name.plain());
    assertThat(name.mayBe(name, own)).isTrue();
    assertThat(name.mayBe(canonical, own)).isTrue();
  }

  /** Names that have one canonical name are one secret, in whichever order they are compared. */
  private static void assertAgree(SecretName one, SecretName other, Optional<AccountId> own) {
    assertThat(one.mayBe(other, own)).isEqualTo(other.mayBe(one, own));
    if (own.isPresent()) {
      assertThat(one.mayBe(other, own)).isEqualTo(one.canonical(own).equals(other.canonical(own)));
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void it_holds_for_each_kept_input(Path input) throws IOException {
    fuzzerTestOneInput(Files.readAllBytes(input));
  }

  static List<Path> inputs() throws IOException, URISyntaxException {
    var folder = SecretNameFuzzTest.class.getResource("SecretNameFuzzTestInputs");
    try (var files = Files.list(Path.of(Objects.requireNonNull(folder).toURI()))) {
      return files.toList();
    }
  }
}
