package dev.kmsagent.deploy;

import com.sun.net.httpserver.HttpExchange;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.LoopbackHttpServer;
import dev.kmsagent.testkit.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * KMS, STS and the keys of the cluster as pods see them: the emulator, over TLS, at the address of
 * the host in their network.
 */
final class HostCloud implements AutoCloseable {
  /** Of a service account that may read the keys of the cluster. */
  static final String TOKEN = "the-token-of-the-agents-own-account";

  /** What the host is called in every container of Podman. */
  private static final String HOST = "host.containers.internal";

  private static final String KEYS = "/openid/v1/jwks";

  private final KmsEmulator emulator;
  private final LoopbackHttpServer apiServer;
  private final String authority;
  private final List<Relay> relays = new ArrayList<>();

  /** Starts one; {@link #open} lets pods in. */
  HostCloud(Path folder) throws Exception {
    var certificates = EmulatorCertificates.in(folder, "dns:" + HOST);
    var tls = certificates.server();
    authority = Files.readString(certificates.caFile());
    emulator = KmsEmulator.builder().tls(tls).sts(tls).start();
    apiServer =
        LoopbackHttpServer.start(
            Optional.of(tls), exchange -> answer(exchange, emulator.oidc().jwks()));
  }

  private static void answer(HttpExchange exchange, String keys) throws IOException {
    var shown = exchange.getRequestHeaders().getFirst("Authorization");
    var isAllowed = ("Bearer " + TOKEN).equals(shown);
    LoopbackHttpServer.answer(exchange, isAllowed ? 200 : 403, isAllowed ? keys : "Forbidden");
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
    var apiServerPort = apiServer.port();
    for (var port : List.of(emulator.port(), emulator.sts().port(), apiServerPort)) {
      relays.add(Relay.from(InetAddress.getByName(gateway), port));
    }
  }

  /** What an agent is told of it. */
  Map<String, String> variables(String caFile) {
    return Map.of(
        "KMS_AGENT_KMS_ENDPOINT",
        endpoint(),
        "KMS_AGENT_KMS_STSENDPOINT",
        HOST + ":" + emulator.sts().port(),
        "KMS_AGENT_KMS_CAFILE",
        caFile);
  }

  /** Of KMS, as the chart takes it. */
  String endpoint() {
    return HOST + ":" + emulator.port();
  }

  /** The id of the account that has all roles. */
  String account() {
    return emulator.roles().arn("").replaceAll("acs:ram::([0-9]+):.*", "$1");
  }

  /** Where the keys of the cluster are, for whom shows {@link #TOKEN}. */
  String keys() {
    return "https://" + HOST + ":" + apiServer.port() + KEYS;
  }

  @Override
  public void close() throws IOException {
    relays.forEach(Relay::close);
    apiServer.close();
    emulator.close();
  }
}
