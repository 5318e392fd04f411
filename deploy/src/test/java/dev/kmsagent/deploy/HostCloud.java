package dev.kmsagent.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
  private final HttpsServer apiServer;
  private final String authority;
  private final List<Relay> relays = new ArrayList<>();

  /** Starts one; {@link #open} lets pods in. */
  HostCloud(Path folder) throws Exception {
    var certificates = EmulatorCertificates.in(folder, "dns:" + HOST);
    var tls = certificates.server();
    authority = Files.readString(certificates.caFile());
    emulator = KmsEmulator.builder().tls(tls).sts(tls).start();
    apiServer = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    apiServer.setHttpsConfigurator(new HttpsConfigurator(tls));
    apiServer.createContext(KEYS, exchange -> answer(exchange, emulator.oidc().jwks()));
    apiServer.start();
  }

  private static void answer(HttpExchange exchange, String keys) throws IOException {
    try (exchange) {
      var shown = exchange.getRequestHeaders().getFirst("Authorization");
      var isAllowed = ("Bearer " + TOKEN).equals(shown);
      var body = (isAllowed ? keys : "Forbidden").getBytes(UTF_8);
      exchange.sendResponseHeaders(isAllowed ? 200 : 403, body.length);
      exchange.getResponseBody().write(body);
    }
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
    var apiServerPort = apiServer.getAddress().getPort();
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
    return "https://" + HOST + ":" + apiServer.getAddress().getPort() + KEYS;
  }

  @Override
  public void close() throws IOException {
    relays.forEach(Relay::close);
    apiServer.stop(0);
    emulator.close();
  }
}
