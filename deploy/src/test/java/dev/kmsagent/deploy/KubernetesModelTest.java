package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.error.YAMLException;

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

  @Test
  void what_is_sound_is_read() {
    var deployment = (Deployment) KubernetesModel.resource(Yaml.parse(SOUND).getFirst());

    assertThat(deployment.getSpec().getTemplate().getSpec().getSecurityContext().getFsGroup())
        .isEqualTo(65532);
  }

  @ParameterizedTest
  @CsvSource({
    "metadata:, meta:",
    "labels:, label:",
    "replicas:, replica:",
    "securityContext:, securitycontext:",
    "fsGroup:, fsgroup:",
    "httpGet:, http:",
    "path: /, paths: /",
    "limits:, limit:",
    "sizeLimit:, size:",
    "medium:, Medium:",
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

  @Test
  void a_kind_of_another_version_is_found() {
    var old = Yaml.parse(SOUND.replace("apps/v1", "extensions/v1beta1")).getFirst();

    assertThatThrownBy(() -> KubernetesModel.resource(old))
        .hasMessageContaining("extensions/v1beta1/Deployment");
  }

  @Test
  void a_key_that_stands_twice_is_found() {
    var twice = SOUND.replace("  replicas: 1", "  replicas: 1\n  replicas: 2");

    assertThatThrownBy(() -> Yaml.parse(twice)).isInstanceOf(YAMLException.class);
  }
}
