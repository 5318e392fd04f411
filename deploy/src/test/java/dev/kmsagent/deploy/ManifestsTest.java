package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
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

  @Nested
  final class With_one_agent_on_each_node {
    private static final String NODE = "rendered/node.yaml";
    private final DaemonSet daemonSet = Manifests.one(NODE, DaemonSet.class);
    private final Service service = Manifests.one(NODE, Service.class);
    private final String config =
        Manifests.one(NODE, ConfigMap.class).getData().getOrDefault("config.toml", "");
    private final PodSpec pod = Manifests.pod(daemonSet);
    private final Container agent = Manifests.container(pod, "kms-agent");

    @Test
    void the_agent_may_do_no_more_than_a_sidecar() {
      var sidecar =
          Manifests.container(
              Manifests.pod(Manifests.one(APPLICATION, Deployment.class)), "kms-agent");

      assertThat(pod.getContainers()).containsExactly(agent);
      assertThat(agent.getSecurityContext()).isEqualTo(sidecar.getSecurityContext());
      assertThat(Hardening.broken(agent)).isEmpty();
      assertThat(pod.getHostNetwork()).isNull();
      assertThat(pod.getHostPID()).isNull();
      assertThat(agent.getPorts()).allMatch(port -> port.getHostPort() == null);
      assertThat(pod.getVolumes()).extracting(it -> it.getConfigMap().getName()).hasSize(1);
    }

    /** It would read those of its own Service as settings. */
    @Test
    void no_variable_of_a_service_reaches_the_agent() {
      assertThat(pod.getEnableServiceLinks()).isFalse();
      assertThat(agent.getEnv())
          .singleElement()
          .matches(it -> it.getValueFrom().getFieldRef().getFieldPath().equals("spec.nodeName"))
          .matches(it -> config.contains("NodeName = \"${ENV:" + it.getName() + "}\""));
    }

    @Test
    void a_new_agent_is_ready_before_the_old_one_of_its_node_ends() {
      var rolling = daemonSet.getSpec().getUpdateStrategy().getRollingUpdate();

      assertThat(rolling.getMaxSurge().getIntVal()).isEqualTo(1);
      assertThat(rolling.getMaxUnavailable().getIntVal()).isZero();
      assertThat(agent.getReadinessProbe().getHttpGet())
          .matches(get -> get.getPath().equals("/readyz"))
          .matches(get -> get.getPort().getStrVal().equals("kms-agent-mgmt"));
      assertThat(agent.getLivenessProbe()).isNull();
    }

    @Test
    void pods_reach_the_agent_of_their_own_node_alone() {
      assertThat(service.getSpec().getInternalTrafficPolicy()).isEqualTo("Local");
      assertThat(service.getSpec().getSelector())
          .isEqualTo(daemonSet.getSpec().getTemplate().getMetadata().getLabels())
          .isEqualTo(daemonSet.getSpec().getSelector().getMatchLabels());
      assertThat(service.getSpec().getPorts())
          .singleElement()
          .matches(it -> it.getTargetPort().getStrVal().equals("http"))
          .matches(it -> it.getPort() == 2025);
    }

    /** A search path could lead a name without the final dot to another namespace. */
    @Test
    void the_address_that_pods_get_is_a_full_name_that_the_agent_allows() throws Exception {
      var metadata = service.getMetadata();
      var host = metadata.getName() + "." + metadata.getNamespace() + ".svc.cluster.local.";

      assertThat(Files.readString(Clone.kubernetes().resolve(NODE)))
          .contains("\"value\": \"http://" + host + ":2025\"");
      assertThat(config)
          .contains("AllowedHosts = [\"" + host + "\"]")
          .contains("ListenAddress = \"0.0.0.0\"", "AllowRemote = true", "HttpPort = 2025");
    }

    @Test
    void the_agents_own_account_may_read_the_keys_of_the_cluster_and_nothing_else() {
      var binding = Manifests.one(NODE, ClusterRoleBinding.class);

      assertThat(binding.getRoleRef().getName())
          .isEqualTo("system:service-account-issuer-discovery");
      assertThat(binding.getSubjects())
          .singleElement()
          .matches(it -> it.getName().equals(pod.getServiceAccountName()))
          .matches(it -> it.getNamespace().equals(daemonSet.getMetadata().getNamespace()));
    }

    @Test
    void every_node_gets_one_but_virtual_ones() {
      assertThat(pod.getTolerations())
          .singleElement()
          .matches(it -> it.getOperator().equals("Exists") && it.getKey() == null);
      assertThat(
              pod.getAffinity()
                  .getNodeAffinity()
                  .getRequiredDuringSchedulingIgnoredDuringExecution()
                  .getNodeSelectorTerms()
                  .getFirst()
                  .getMatchExpressions())
          .extracting(it -> it.getKey() + " " + it.getOperator() + " " + it.getValues())
          .containsExactly("kubernetes.io/os In [linux]", "type NotIn [virtual-kubelet]");
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
