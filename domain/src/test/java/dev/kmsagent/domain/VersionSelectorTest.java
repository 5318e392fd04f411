package dev.kmsagent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionSelectorTest {
  private static final VersionId V1 = new VersionId("v1");
  private static final VersionId V2 = new VersionId("v2");
  private static final VersionSelector BY_ID =
      new VersionSelector(Optional.of(V1), Optional.empty());

  @Test
  void a_stage_selects_the_version_that_carries_it() {
    var current = VersionSelector.byStage(Stage.CURRENT);
    assertThat(current.selects(V1, List.of(new Stage("canary"), Stage.CURRENT))).isTrue();
    assertThat(current.selects(V1, List.of(Stage.PREVIOUS))).isFalse();
    assertThat(current).isEqualTo(VersionSelector.CURRENT);
  }

  @Test
  void an_id_selects_its_version_whatever_its_stages() {
    assertThat(BY_ID.selects(V1, List.of())).isTrue();
    assertThat(BY_ID.selects(V2, List.of())).isFalse();
  }

  @Test
  void an_id_with_a_stage_selects_the_version_only_while_it_carries_the_stage() {
    var both = new VersionSelector(Optional.of(V1), Optional.of(Stage.CURRENT));
    assertThat(both.selects(V1, List.of(Stage.CURRENT))).isTrue();
    assertThat(both.selects(V1, List.of(Stage.PREVIOUS))).isFalse();
    assertThat(both.selects(V2, List.of(Stage.CURRENT))).isFalse();
  }

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
