package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of the metadata service of an ECS instance met in every state of the cache. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MetadataFaultMatrixTest {
  private IdentityMatrix matrix;

  @BeforeAll
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void play(@TempDir Path folder) {
    matrix = new IdentityMatrix(folder, Workload::ecsRoleOfThisJvm);
    matrix.play(rows());
  }

  private static List<IdentityFaults.Row> rows() {
    return IdentityFaults.ofMetadata();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void an_outage_is_bridged_and_a_refusal_is_not(IdentityFaults.Row row) {
    assertThat(matrix.played(row).cells()).isEqualTo(IdentityMatrix.expected(row));
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
    OutagesPage.verify(MetadataFaultMatrixTest.class, "metadata", matrix.measured());
  }

  @Test
  void no_kind_of_fault_is_left_out() {
    assertThat(
            IdentityFaults.answersOfMetadata().stream()
                .map(each -> each.rule().fault().getClass())
                .collect(toSet()))
        .isEqualTo(Set.of(Fault.class.getPermittedSubclasses()));
  }
}
