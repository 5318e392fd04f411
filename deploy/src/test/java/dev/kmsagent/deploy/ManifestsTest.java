package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every manifest, field by field against the API of Kubernetes, and what they promise. */
final class ManifestsTest {
  private static final String TOKEN_FOLDER = "/var/run/kmstoken";
  private static final String APPLICATION = "rendered/my-app.yaml";

  /** The files of Kustomize and of OpenKruise have tests of their own. */
  static Stream<String> resources() {
    return Manifests.files("")
        .filter(file -> !file.endsWith("kustomization.yaml") && !file.endsWith("/sidecarset.yaml"));
  }

  @ParameterizedTest
  @MethodSource("resources")
  void every_field_is_one_of_the_api(String file) {
    assertThat(Manifests.read(file)).isNotEmpty();
  }

  @Test
  void no_manifest_is_overlooked() {
    assertThat(resources())
        .contains("seed/deployment.yaml", "rendered/my-app.yaml", "rendered/mutating-policy.yaml");
  }

  @Nested
  final class Of_the_guide {
    private final Deployment deployment = Manifests.one("seed/deployment.yaml", Deployment.class);
    private final PodSpec pod = Manifests.pod(deployment);
    private final Container agent = Manifests.container(pod, "kmsagent");

    @Test
    void the_command_is_the_guides() {
      assertThat(agent.getCommand())
          .containsExactly(
              "/bin/sh",
              "-c",
              "./alibabacloud-kms-agent token /var/run/kmstoken/token"
                  + " && ./alibabacloud-kms-agent agent config.toml");
    }

    @Test
    void the_identity_is_the_guides() {
      assertThat(deployment.getMetadata().getNamespace()).isEqualTo("rrsa-dev");
      assertThat(pod.getServiceAccountName()).isEqualTo("dev-sa");
      assertThat(agent.getEnv().stream().map(variable -> variable.getName()))
          .containsExactly(
              "ALIBABA_CLOUD_ROLE_ARN",
              "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
              "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
              "KMS_TOKEN");
    }

    @Test
    void its_namespace_and_service_account_are_there() {
      var others = Manifests.read("seed/namespace.yaml");

      assertThat(Manifests.one(others, Namespace.class).getMetadata().getName())
          .isEqualTo("rrsa-dev");
      assertThat(Manifests.one(others, ServiceAccount.class).getMetadata().getName())
          .isEqualTo("dev-sa");
    }
  }

  @Nested
  final class With_a_sidecar_of_their_own {
    private final Deployment deployment = Manifests.one(APPLICATION, Deployment.class);
    private final PodSpec pod = Manifests.pod(deployment);
    private final Container agent = Manifests.container(pod, "kms-agent");

    @Test
    void no_container_may_do_more_than_it_needs() {
      assertThat(Hardening.broken(pod)).isEmpty();
    }

    /** The rules find what they are there for. */
    @ParameterizedTest
    @ValueSource(
        strings = {
          "readOnlyRootFilesystem: true",
          "allowPrivilegeEscalation: false",
          "drop: [ALL]",
          "runAsUser: 65532",
          "runAsNonRoot: true",
          "type: RuntimeDefault",
          "automountServiceAccountToken: false",
          "enableServiceLinks: false",
          "medium: Memory",
          "memory: 400Mi",
        })
    void what_is_left_out_is_found(String line) throws Exception {
      var text = Files.readString(Clone.kubernetes().resolve(APPLICATION));
      var weakened = Yaml.parse(text.replace(line, "")).stream().map(KubernetesModel::resource);

      assertThat(text).contains(line);
      assertThat(
              Hardening.broken(Manifests.pod(Manifests.one(weakened.toList(), Deployment.class))))
          .isNotEmpty();
    }

    @Test
    void the_agent_starts_before_the_application_and_the_kubelet_asks_its_management_listener() {
      assertThat(pod.getInitContainers()).containsExactly(agent);
      assertThat(agent.getRestartPolicy()).isEqualTo("Always");
      assertThat(
              Stream.of(agent.getStartupProbe(), agent.getReadinessProbe())
                  .map(Probe::getHttpGet)
                  .map(get -> get.getPort().getStrVal() + get.getPath()))
          .containsExactly("kms-agent-mgmt/ping", "kms-agent-mgmt/readyz");
      assertThat(agent.getLivenessProbe()).isNull();
      assertThat(agent.getPorts())
          .singleElement()
          .matches(port -> port.getName().equals("kms-agent-mgmt"));
    }

    /** A file that is mounted by its subPath stays as it was when the pod started. */
    @Test
    void the_configuration_is_mounted_as_a_folder() {
      assertThat(Manifests.containers(pod).flatMap(it -> it.getVolumeMounts().stream()))
          .allMatch(mount -> mount.getSubPath() == null);
      assertThat(agent.getCommand().getLast()).endsWith(" agent /etc/kms-agent/config.toml");
    }

    @Test
    void what_was_measured_fits_into_requests_and_limits() {
      var resources = agent.getResources();

      assertThat(resources.getRequests().get("memory")).isEqualTo(new Quantity("100Mi"));
      assertThat(resources.getLimits()).containsOnlyKeys("memory");
      assertThat(resources.getLimits().get("memory")).isEqualTo(new Quantity("400Mi"));
    }
  }

  @Test
  void kustomize_takes_the_copies() {
    assumeTrue(SystemCommand.isThere("kustomize"), "there is no kustomize; Debian has it");
    var folder = Clone.kubernetes().resolve("rendered").toString();
    var built = Yaml.parse(SystemCommand.of("kustomize", "build", folder).run().outputOfSuccess());

    assertThat(built.stream().map(KubernetesModel::resource).map(HasMetadata::getKind))
        .contains("MutatingAdmissionPolicy", "ValidatingAdmissionPolicy");
  }

  /** What is mounted is there. */
  @ParameterizedTest
  @ValueSource(strings = {"seed/deployment.yaml", APPLICATION})
  void application_and_agent_share_the_token(String file) {
    var pod = Manifests.pod(Manifests.one(file, Deployment.class));
    var volumes = pod.getVolumes().stream().map(Volume::getName).toList();

    assertThat(Manifests.containers(pod))
        .allSatisfy(
            container ->
                assertThat(container.getVolumeMounts().stream().map(VolumeMount::getName))
                    .isSubsetOf(volumes));
    assertThat(
            Manifests.containers(pod)
                .flatMap(container -> container.getVolumeMounts().stream())
                .filter(mount -> mount.getMountPath().equals(TOKEN_FOLDER))
                .map(VolumeMount::getName)
                .distinct())
        .hasSize(1);
  }
}
