package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of a service that gives keys, met in every state of the cache. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class IdentityMatrixContract {
  private final String part;
  private final Function<Workload, AgentSetup> identity;
  private final List<IdentityFaults.Injected> injected;
  private final List<IdentityFaults.Row> rows;
  private IdentityMatrix matrix;

  /**
   * @param part of the page on outages
   * @param injected the rows that are injected into answers
   */
  IdentityMatrixContract(
      String part,
      Function<Workload, AgentSetup> identity,
      List<IdentityFaults.Injected> injected,
      List<IdentityFaults.Row> rows) {
    this.part = part;
    this.identity = identity;
    this.injected = injected;
    this.rows = rows;
  }

  @BeforeAll
  void play(@TempDir Path folder) {
    matrix = new IdentityMatrix(folder, identity);
    matrix.play(rows);
  }

  List<IdentityFaults.Row> rows() {
    return rows;
  }

  IdentityMatrix.Played played(IdentityFaults.Row row) {
    return matrix.played(row);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void an_outage_is_bridged_and_a_refusal_is_not(IdentityFaults.Row row) {
    assertThat(played(row).cells()).isEqualTo(IdentityMatrix.expected(row));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void no_token_and_no_key_is_told(IdentityFaults.Row row) {
    assertThat(played(row).told()).isEmpty();
    assertThat(played(row).confidences())
        .containsExactlyInAnyOrder("OIDC token", "key secret", "security token");
  }

  @Test
  void the_page_on_outages_shows_what_was_measured() {
    OutagesPage.verify(getClass(), part, matrix.measured());
  }

  @Test
  void no_kind_of_fault_is_left_out() {
    assertThat(injected.stream().map(each -> each.rule().fault().getClass()).collect(toSet()))
        .isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
  }
}
