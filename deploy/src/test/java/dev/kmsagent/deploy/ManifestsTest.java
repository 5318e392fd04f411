package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every manifest, field by field against the API of Kubernetes, and what each form promises. */
final class ManifestsTest {
  private static final String TOKEN_FOLDER = "/var/run/kmstoken";

  /** Files of Kustomize, and the resource of OpenKruise, have tests of their own. */
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
        .contains(
            "seed/deployment.yaml",
            "hardened/deployment.yaml",
            "native-sidecar/deployment.yaml",
            "native-sidecar/job.yaml",
            "overlays/prod/spread.yaml");
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
  final class That_are_hardened {
    private static final List<String> FILES =
        List.of(
            "hardened/deployment.yaml",
            "native-sidecar/deployment.yaml",
            "native-sidecar/job.yaml",
            "sidecarset/deployment.yaml");

    static Stream<PodSpec> pods() {
      return FILES.stream().map(Manifests::read).map(List::getFirst).map(Manifests::pod);
    }

    @ParameterizedTest
    @MethodSource("pods")
    void no_container_may_do_more_than_it_needs(PodSpec pod) {
      assertThat(Hardening.broken(pod)).isEmpty();
    }

    /** The rules find what they are there for. */
    @ParameterizedTest
    @ValueSource(
        strings = {
          "readOnlyRootFilesystem: true",
          "allowPrivilegeEscalation: false",
          "drop: [\"ALL\"]",
          "runAsUser: 65532",
          "runAsNonRoot: true",
          "fsGroup: 65532",
          "type: RuntimeDefault",
          "automountServiceAccountToken: false",
          "enableServiceLinks: false",
          "medium: Memory",
          "memory: 400Mi",
        })
    void what_is_left_out_is_found(String line) throws Exception {
      var text = Files.readString(Clone.kubernetes().resolve("hardened/deployment.yaml"));
      var weakened = Yaml.parse(text.replace(line, ""));
      var pod = Manifests.pod(KubernetesModel.resource(weakened.getFirst()));

      assertThat(text).contains(line);
      assertThat(Hardening.broken(pod)).isNotEmpty();
    }

    @Test
    void the_kubelet_asks_the_management_listener() {
      var agent =
          Manifests.container(
              Manifests.pod(Manifests.one("hardened/deployment.yaml", Deployment.class)),
              "kms-agent");

      assertThat(
              Stream.of(agent.getStartupProbe(), agent.getReadinessProbe())
                  .map(Probe::getHttpGet)
                  .map(get -> get.getPort().getStrVal() + get.getPath()))
          .containsExactly("management/ping", "management/readyz");
      assertThat(agent.getLivenessProbe()).isNull();
      assertThat(agent.getPorts())
          .singleElement()
          .matches(port -> port.getName().equals("management") && port.getContainerPort() == 9090);
    }

    @Test
    void what_was_measured_fits_into_requests_and_limits() {
      var resources =
          Manifests.container(
                  Manifests.pod(Manifests.one("hardened/deployment.yaml", Deployment.class)),
                  "kms-agent")
              .getResources();

      assertThat(resources.getRequests().get("memory")).isEqualTo(new Quantity("100Mi"));
      assertThat(resources.getLimits()).containsOnlyKeys("memory");
      assertThat(resources.getLimits().get("memory")).isEqualTo(new Quantity("400Mi"));
    }
  }

  @Nested
  final class Of_the_native_sidecar {
    @ParameterizedTest
    @ValueSource(strings = {"deployment", "job"})
    void the_agent_starts_after_the_token_and_before_the_application(String kind) {
      var pod = Manifests.pod(Manifests.read("native-sidecar/" + kind + ".yaml").getFirst());

      assertThat(pod.getInitContainers().stream().map(Container::getName))
          .containsExactly("kms-token", "kms-agent");
      assertThat(pod.getInitContainers().getFirst().getRestartPolicy()).isNull();
      assertThat(pod.getInitContainers().getLast().getRestartPolicy()).isEqualTo("Always");
      assertThat(pod.getInitContainers().getLast().getStartupProbe().getHttpGet().getPath())
          .isEqualTo("/ping");
      assertThat(pod.getContainers().stream().map(Container::getName)).containsExactly("my-app");
    }

    @Test
    void a_job_ends_with_its_application() {
      var job = Manifests.one("native-sidecar/job.yaml", Job.class);

      assertThat(Manifests.pod(job).getRestartPolicy()).isEqualTo("Never");
      assertThat(job.getSpec().getBackoffLimit()).isEqualTo(3);
    }
  }

  @Nested
  final class Of_the_network {
    private final NetworkPolicy policy =
        Manifests.one("hardened/networkpolicy.yaml", NetworkPolicy.class);

    @Test
    void the_pod_reaches_dns_and_tls_alone_and_not_the_metadata() {
      var egress = policy.getSpec().getEgress();

      assertThat(egress.stream().flatMap(rule -> rule.getPorts().stream()))
          .extracting(port -> port.getProtocol() + port.getPort().getIntVal())
          .containsExactly("UDP53", "TCP53", "TCP443");
      assertThat(egress).allMatch(rule -> !rule.getTo().isEmpty());
      assertThat(egress.getLast().getTo().getFirst().getIpBlock().getExcept())
          .containsExactly("100.100.100.200/32");
    }

    @Test
    void prometheus_alone_reaches_the_pod_and_there_the_management_listener() {
      var ingress = policy.getSpec().getIngress();

      assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
      assertThat(ingress).singleElement().matches(rule -> rule.getFrom().size() == 1);
      assertThat(ingress.getFirst().getPorts())
          .singleElement()
          .matches(port -> port.getPort().equals(new IntOrString(9090)));
    }

    @Test
    void it_selects_the_pods_of_the_hardened_forms() {
      var label = policy.getSpec().getPodSelector().getMatchLabels();

      assertThat(That_are_hardened.FILES)
          .allSatisfy(
              file ->
                  assertThat(labels(Manifests.read(file).getFirst())).containsAllEntriesOf(label));
    }
  }

  private static Map<String, String> labels(HasMetadata workload) {
    return switch (workload) {
      case Deployment deployment -> deployment.getSpec().getTemplate().getMetadata().getLabels();
      case Job job -> job.getSpec().getTemplate().getMetadata().getLabels();
      default -> Map.of();
    };
  }

  /** What is mounted is there, in every form. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed/deployment.yaml",
        "hardened/deployment.yaml",
        "native-sidecar/deployment.yaml",
        "native-sidecar/job.yaml"
      })
  void application_and_agent_share_the_token(String file) {
    var pod = Manifests.pod(Manifests.read(file).getFirst());
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
