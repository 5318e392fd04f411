package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which Services a cluster refuses whose nodes have agents. */
final class ServicePolicyTest {
  private static final AdmissionPolicies POLICIES =
      new AdmissionPolicies(HelmChart.agent(HelmChart.NEW).render(HelmChart.NODE));
  private static final Map<String, Object> AGENT =
      service("kms-agent", "kms-agent", "spec: {clusterIPs: [10.96.0.7, 'fd00::7']}");
  private static final Map<String, Object> DNS =
      service("kube-system", "kube-dns", "spec: {clusterIPs: [10.96.0.10]}");

  private static Map<String, Object> service(String namespace, String name, String patch) {
    var metadata = "metadata: {namespace: %s, name: %s}".formatted(namespace, name);
    return Pods.patched(Yaml.parse(metadata).getFirst(), patch);
  }

  /** Of a Service that is created, changed, or gets a status. */
  private static List<String> refusals(
      Map<String, Object> service, List<Map<String, Object>> others) {
    return Stream.of("CREATE services", "UPDATE services", "UPDATE services/status")
        .map(it -> it.split(" "))
        .map(it -> POLICIES.refusals(it[0], it[1], service, others))
        .distinct()
        .map(String::valueOf)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          spec: {externalIPs: [10.96.0.7]}                               | Service kms-agent/kms-agent
          spec: {externalIPs: [192.0.2.1, 'FD00:0:0::0007']}             | Service kms-agent/kms-agent
          spec: {externalIPs: [10.96.0.10]}                              | Service kube-system/kube-dns
          spec: {loadBalancerIP: 10.96.0.7}                              | Service kms-agent/kms-agent
          spec: {loadBalancerIP: 10.96.0.10}                             | Service kube-system/kube-dns
          {spec: {}, status: {loadBalancer: {ingress: [{hostname: a}, {ip: 10.96.0.7}]}}} | Service kms-agent/kms-agent
          {spec: {}, status: {loadBalancer: {ingress: [{ip: 10.96.0.10}]}}}      | Service kube-system/kube-dns
          spec: {externalIPs: [010.96.0.7]}                              | usual notation
          spec: {externalIPs: ['::ffff:10.96.0.7']}                      | usual notation
          {spec: {}, status: {loadBalancer: {ingress: [{ip: '::ffff:a60:7'}]}}}  | usual notation
          """)
  void no_service_claims_the_address_of_the_agents_or_of_the_dns(String claim, String reason) {
    assertThat(refusals(service("evil", "bad", claim), List.of(AGENT, DNS)))
        .singleElement()
        .asString()
        .contains(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spec: {clusterIP: None, clusterIPs: [None]}",
        "spec: {type: ExternalName, externalName: a.example}",
        "spec: {externalIPs: [192.0.2.1, 'fd00::8']}",
        "spec: {type: LoadBalancer, loadBalancerIP: name-of-an-address}",
        "{spec: {}, status: {loadBalancer: {ingress: [{hostname: a.example}, {ip: 10.96.0.70}]}}}",
      })
  void other_services_are_left_alone(String other) {
    assertThat(refusals(service("shop", "web", other), List.of(AGENT, DNS))).containsExactly("[]");
  }

  @Test
  void the_agents_own_service_can_be_created_anew_and_changed() {
    assertThat(refusals(AGENT, List.of(DNS))).containsExactly("[]");
    assertThat(refusals(AGENT, List.of())).containsExactly("[]");
    assertThat(refusals(AGENT, List.of(AGENT, DNS))).containsExactly("[]");
  }

  @Test
  void a_dns_without_an_address_protects_none() {
    var headless = service("kube-system", "kube-dns", "spec: {clusterIPs: [None]}");
    var external = service("kube-system", "kube-dns", "spec: {externalName: dns.example}");
    var other = service("shop", "web", "spec: {externalIPs: [192.0.2.1]}");

    assertThat(refusals(other, List.of(AGENT, headless))).containsExactly("[]");
    assertThat(refusals(other, List.of(AGENT, external))).containsExactly("[]");
  }

  /** Before, expressions could not compare addresses. */
  @ParameterizedTest
  @CsvSource({"1.30.9, false", "1.31.0, true", "v1.31.1-aliyun.1, true"})
  void addresses_are_protected_from_kubernetes_1_31_on(String version, boolean isProtected) {
    var policies = new AdmissionPolicies(HelmChart.agent(version).render(HelmChart.NODE));
    var claim = service("evil", "bad", "spec: {externalIPs: [10.96.0.7]}");

    assertThat(policies.refusals("CREATE", "services", claim, List.of(AGENT)).isEmpty())
        .isNotEqualTo(isProtected);
  }
}
