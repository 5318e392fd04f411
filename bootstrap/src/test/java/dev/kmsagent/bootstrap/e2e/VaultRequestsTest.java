package dev.kmsagent.bootstrap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The requests of clients of Vault, as they sent them, with the answers that they got then or,
 * where something has changed, that they get since. Those with a {@code Host} came to the agent of
 * a node.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VaultRequestsTest {
  private static final String TOKEN_HEADER = "X-Vault-Token:";
  private static final String OF_NODE = "kms-agent.kms-agent.svc.cluster.local.";

  private final VirtualTime time = new VirtualTime();
  private final Map<String, String> answers = answers();
  @AutoClose private final Workload workload;
  @AutoClose private final WiredAgent agent;
  @AutoClose private final WiredAgent ofNode;

  /** The tokens of the requests to the agent of a node, by what stands for them in the files. */
  private final Map<String, String> tokensOfPod;

  VaultRequestsTest(@TempDir Path folder) throws IOException {
    workload = Workload.ofCluster(time, folder);
    agent = workload.cloud().agent(time, "Server.ResponseType = 2\nServer.VaultMount = \"secret\"");
    ofNode =
        WiredAgent.start(
            workload
                .ofPods()
                .with("Server.VaultMount = \"secret\"")
                .with("Server.AllowedHosts = [\"" + OF_NODE + "\"]"),
            time);
    for (var account : List.of("orders", "billing")) {
      workload.giveRole("shop", account, "*");
    }
    var token = workload.tokenOfPod("shop", "orders").livingFor(Duration.ofHours(1));
    var jwt = token.text();
    var other = token.audience("kubernetes").text();
    tokensOfPod = Map.of("TOKEN", "pod.a21zLnNob3Aub3JkZXJz." + jwt, "JWT", jwt, "OTHER", other);
    Patience.assertSoon(() -> ofNode.client().get("/readyz").status() == 200);
    workload
        .emulator()
        .secrets()
        .create("app", "{\"user\":\"app\",\"password\":\"first\"}")
        .put("app", "v2", "{\"user\":\"app\",\"password\":\"second\"}")
        .create("app/dev/db", "{\"password\":\"third\"}")
        .create("acs/rds@prod=1", "{\"password\":\"fourth\"}")
        .create("note", "just text")
        .createBinary("bin", new byte[] {0, 1, 2, 3, -4, -3, -2, -1})
        .create("lists", "{\"list\":[\"a\",\"b\"],\"n\":1}")
        .create("prod/forbidden", "nobody sees this")
        .deny("prod/forbidden");
  }

  /**
   * A request as a client sent it.
   *
   * @param route method and path
   * @param answer the name of the answer
   */
  record Sent(String client, String route, String answer, List<String> headers, String body) {
    static Sent of(List<String> client, List<String> request) {
      var headers = new ArrayList<>(client.subList(1, client.size()));
      request.stream().skip(2).filter(field -> !field.startsWith("{")).forEach(headers::add);
      if (headers.stream().noneMatch(header -> header.startsWith(TOKEN_HEADER))) {
        headers.add(TOKEN_HEADER + " TOKEN");
      }
      headers.remove(TOKEN_HEADER);
      var last = request.getLast();
      var body = last.startsWith("{") ? last : "";
      return new Sent(client.getFirst(), request.getFirst(), request.get(1), headers, body);
    }

    boolean isToNode() {
      return headers.stream().anyMatch(header -> header.startsWith("Host:"));
    }

    AgentAnswer to(int port, Map<String, String> tokens) {
      var sentBody = with(tokens, body);
      var lines =
          Stream.of(
                  Stream.of(route.replaceFirst(" ", " /v1/") + " HTTP/1.1"),
                  isToNode() ? Stream.<String>of() : Stream.of("Host: 127.0.0.1"),
                  headers.stream().map(header -> with(tokens, header)),
                  Stream.of("Connection: close", "Content-Length: " + sentBody.length()))
              .flatMap(part -> part);
      var head = ClientConnection.head(lines.toArray(String[]::new));
      return ClientConnection.exchange(port, head + sentBody);
    }

    private static String with(Map<String, String> tokens, String text) {
      return tokens.entrySet().stream()
          .reduce(text, (it, token) -> it.replace(token.getKey(), token.getValue()), (a, _) -> a);
    }

    @Override
    public String toString() {
      return client.substring(2) + ": " + route + " gives " + answer;
    }
  }

  /** The lines of a file that are no comments. */
  private static Stream<String> lines(String file) throws IOException {
    try (var bytes = requireNonNull(VaultRequestsTest.class.getResourceAsStream(file))) {
      var text = new String(bytes.readAllBytes(), UTF_8);
      return text.lines().filter(line -> !line.isEmpty() && !line.startsWith("#"));
    }
  }

  private static List<Sent> requests() throws IOException {
    var requests = new ArrayList<Sent>();
    var client = new ArrayList<String>();
    lines("vault-requests.txt")
        .map(line -> List.of(line.split(" \\| ")))
        .forEach(
            fields -> {
              if (fields.getFirst().startsWith("= ")) {
                client.clear();
                client.addAll(fields);
              } else {
                requests.add(Sent.of(client, fields));
              }
            });
    return requests;
  }

  /** Status and body by name. */
  private static Map<String, String> answers() throws IOException {
    return lines("vault-answers.txt")
        .map(line -> line.split(" \\| ", 4))
        .collect(Collectors.toMap(fields -> fields[0], fields -> fields[1] + " " + fields[3]));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void a_request_is_answered_as_its_client_expects(Sent request) {
    var tokens = request.isToNode() ? tokensOfPod : Map.of("TOKEN", TestCloud.TOKEN);
    var answer = request.to((request.isToNode() ? ofNode : agent).client().port(), tokens);

    var body =
        answer
            .body()
            .strip()
            .replace(requireNonNull(tokens.get("TOKEN")), "TOKEN")
            .replaceAll("issuer http://127.0.0.1:[0-9]+", "issuer ISSUER")
            .replaceAll("\"(request_id|RequestId)\":\"[^\"]+\"", "\"$1\":\"ID\"");
    assertThat(answer.status() + " " + body).isEqualTo(answers.get(request.answer()));
  }

  @Test
  void no_answer_is_left_over() throws IOException {
    assertThat(requests()).extracting(Sent::answer).containsAll(answers.keySet());
  }
}
