package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of STS, and of the token that it is shown. */
final class StsFaultMatrixTest extends IdentityMatrixContract {
  StsFaultMatrixTest() {
    super("STS", Workload::rrsa, IdentityFaults.answersOfSts(), IdentityFaults.ofSts());
  }

  /** Those that are not injected are what STS makes of the token and the role. */
  @ParameterizedTest
  @MethodSource("refused")
  void sts_refuses_with_the_code_in_the_name(IdentityFaults.Row row) {
    assertThat(played(row).refusals())
        .isNotEmpty()
        .allMatch(code -> row.name().endsWith("`" + code + "`"));
  }

  private Stream<IdentityFaults.Row> refused() {
    return rows().stream().filter(row -> row.name().matches(".*: 40[14] `.*"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void sts_is_asked_six_times_a_minute_at_most(IdentityFaults.Row row) {
    assertThat(played(row).mostInAMinute()).isBetween(1L, 6L);
  }
}
