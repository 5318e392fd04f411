package dev.kmsagent.deploy;

import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Relay;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * KMS, STS and the keys of the cluster as pods see them: the emulator, over TLS, at the address of
 * the host in their network. STS trusts one service account.
 */
final class HostCloud implements AutoCloseable {
  /** What the host is called in every container of Podman. */
  private static final String HOST = "host.containers.internal";

  private final KmsEmulator emulator;
  private final ApiServer apiServer;
  private final String authority;
  private final List<Relay> relays = new ArrayList<>();

  private HostCloud(KmsEmulator emulator, ApiServer apiServer, String authority) {
    this.emulator = emulator;
    this.apiServer = apiServer;
    this.authority = authority;
  }

  /** Starts one; {@link #open} lets pods in. */
  static HostCloud start(Path folder, String role, String namespace, String serviceAccount)
      throws Exception {
    var certificates = EmulatorCertificates.in(folder, "dns:" + HOST);
    var subject = "system:serviceaccount:%s:%s".formatted(namespace, serviceAccount);
    var emulator =
        KmsEmulator.builder()
            .tls(certificates.server())
            .sts(certificates.server())
            .role(Role.named(role).trusting(TrustPolicy.everybody().subjects(subject)))
            .start();
    var apiServer = ApiServer.start(certificates.server(), emulator.oidc());
    return new HostCloud(emulator, apiServer, Files.readString(certificates.caFile()));
  }

  KmsEmulator emulator() {
    return emulator;
  }

  /** The authority of its certificates, in PEM. */
  String authority() {
    return authority;
  }

  /** Lets pods of a network in; there must be one already. */
  void open(String gateway) throws IOException {
    for (var port : List.of(emulator.port(), emulator.sts().port(), apiServer.port())) {
      relays.add(Relay.from(InetAddress.getByName(gateway), port));
    }
  }

  /** What an agent is told of it. */
  List<EnvVar> variables(String caFile) {
    return List.of(
        variable("KMS_AGENT_KMS_ENDPOINT", endpoint()),
        variable("KMS_AGENT_KMS_STSENDPOINT", HOST + ":" + emulator.sts().port()),
        variable("KMS_AGENT_KMS_CAFILE", caFile));
  }

  /** Of KMS, as the chart takes it. */
  String endpoint() {
    return HOST + ":" + emulator.port();
  }

  /** The id of the account that has all roles. */
  String account() {
    return emulator.roles().arn("").replaceAll("acs:ram::([0-9]+):.*", "$1");
  }

  /** Where the keys of the cluster are, for whom shows {@link ApiServer#TOKEN}. */
  EnvVar keys() {
    return variable(
        "KMS_AGENT_KMS_PODIDENTITY_JWKSURI",
        "https://" + HOST + ":" + apiServer.port() + ApiServer.KEYS);
  }

  static EnvVar variable(String name, String value) {
    return new EnvVar(name, value, null);
  }

  @Override
  public void close() throws IOException {
    relays.forEach(Relay::close);
    apiServer.close();
    emulator.close();
  }
}
