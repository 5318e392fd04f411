package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page on the HTTP API names every failure that clients can meet. */
final class ApiReferenceTest {
  private static final Path PAGE = Path.of("../docs/http-api.md");

  static Stream<Failure> failures() {
    var ours =
        Stream.of(
            Failure.invalidParameter("x"),
            Failure.forwarded("Via"),
            Failure.unreadable(414, "x"),
            Failure.unreadable(431, "x"),
            Failure.forbiddenHost(),
            Failure.forbiddenToken(List.of(), false),
            Failure.noSuchPath(),
            Failure.methodNotAllowed(),
            Failure.tooManyRequests(),
            Failure.shuttingDown(),
            Failure.internal(),
            Failure.of(new IdentityRefused("", "x")));
    var upstream =
        Arrays.stream(Unavailable.Cause.values())
            .filter(cause -> cause != Unavailable.Cause.ACCOUNT) // Always with KMS's own code.
            .map(cause -> Failure.of(new Unavailable(cause, "", "x")));
    return Stream.concat(ours, upstream);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void every_failure_has_a_row(Failure failure) throws IOException {
    var status = Integer.toString(failure.status());
    assertThat(Files.readAllLines(PAGE))
        .anyMatch(
            line ->
                line.startsWith("| ")
                    && line.split("\\|", -1)[1].contains(status)
                    && line.contains("`" + failure.code() + "`"));
  }
}
