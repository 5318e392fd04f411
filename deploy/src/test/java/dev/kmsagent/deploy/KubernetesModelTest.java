package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is found: the tests of the manifests rest on it. */
final class KubernetesModelTest {
  private static final String SOUND =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: app, labels: {any: name}}
      spec:
        replicas: 1
        template:
          spec:
            securityContext: {fsGroup: 65532}
            containers:
              - name: app
                env: [{name: ONE, value: "1"}]
                readinessProbe: {httpGet: {path: /, port: http}}
                resources: {limits: {memory: 1Mi}}
            volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 1Mi}}]
      """;

  @ParameterizedTest
  @CsvSource({
    "labels:, label:",
    "fsGroup:, fsgroup:",
    "sizeLimit:, size:",
  })
  void a_misspelt_field_is_found_at_any_depth(String right, String wrong) {
    var misspelt = SOUND.replace(right, wrong);

    assertThat(misspelt).isNotEqualTo(SOUND);
    assertThatThrownBy(() -> KubernetesModel.resource(Yaml.parse(misspelt).getFirst()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(wrong.substring(0, wrong.indexOf(':')));
  }

  @ParameterizedTest
  @CsvSource({"'\"1\"', 1", "'\"1\"', true", "replicas: 1, replicas: one", "65532, '\"65532\"'"})
  void a_value_of_another_type_is_found(String right, String wrong) {
    var mistyped = SOUND.replace(right, wrong);

    assertThat(mistyped).isNotEqualTo(SOUND);
    assertThatThrownBy(() -> KubernetesModel.resource(Yaml.parse(mistyped).getFirst()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
