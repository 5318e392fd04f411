package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionSelectorTest {
  private static final VersionId V1 = new VersionId("v1");
  private static final VersionSelector BY_ID =
      new VersionSelector(Optional.of(V1), Optional.empty());

  @Test
  void nothing_selects_no_version() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VersionSelector(Optional.empty(), Optional.empty()));
  }

  @Test
  void only_the_current_stage_speaks_of_the_secret_as_a_whole() {
    var name = new SecretName("db");
    assertThat(SecretQuery.current(name).isForCurrent()).isTrue();
    assertThat(new SecretQuery(name, VersionSelector.byStage(Stage.PREVIOUS)).isForCurrent())
        .isFalse();
    assertThat(new SecretQuery(name, BY_ID).isForCurrent()).isFalse();
  }
}
