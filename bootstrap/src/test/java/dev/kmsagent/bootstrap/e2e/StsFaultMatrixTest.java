package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of STS, and of the token that it is shown, met in every state of the cache. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StsFaultMatrixTest {
  private IdentityMatrix matrix;

  @BeforeAll
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void play(@TempDir Path folder) {
    matrix = new IdentityMatrix(folder, Workload::rrsa);
    matrix.play(rows());
  }

  private static List<IdentityFaults.Row> rows() {
    return IdentityFaults.ofSts();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void an_outage_is_bridged_and_a_refusal_is_not(IdentityFaults.Row row) {
    assertThat(matrix.played(row).cells()).isEqualTo(IdentityMatrix.expected(row));
  }

  /** Those that are not injected are what STS makes of the token and the role. */
  @ParameterizedTest
  @MethodSource("refused")
  void sts_refuses_with_the_code_in_the_name(IdentityFaults.Row row) {
    assertThat(matrix.played(row).refusals())
        .isNotEmpty()
        .allMatch(code -> row.name().endsWith("`" + code + "`"));
  }

  private static Stream<IdentityFaults.Row> refused() {
    return rows().stream().filter(row -> row.name().matches(".*: 40[14] `.*"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void sts_is_asked_six_times_a_minute_at_most(IdentityFaults.Row row) {
    assertThat(matrix.played(row).mostInAMinute()).isBetween(1L, 6L);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void no_token_and_no_key_is_told(IdentityFaults.Row row) {
    assertThat(matrix.played(row).told()).isEmpty();
    assertThat(matrix.played(row).confidences())
        .containsExactlyInAnyOrder("OIDC token", "key secret", "security token");
  }

  @Test
  void the_page_on_outages_shows_what_was_measured() {
    OutagesPage.verify(StsFaultMatrixTest.class, "STS", matrix.measured());
  }

  @Test
  void no_kind_of_fault_is_left_out() {
    assertThat(
            IdentityFaults.answersOfSts().stream()
                .map(each -> each.rule().fault().getClass())
                .collect(toSet()))
        .isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
  }
}
