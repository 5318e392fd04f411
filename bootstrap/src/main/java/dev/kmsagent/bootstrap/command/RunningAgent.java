package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.bootstrap.wiring.AgentClock;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.domain.ConfidentialText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;

/** A client of the agent that runs with a configuration. */
record RunningAgent(ServerConfig server, ConfidentialText token) {
  /** Where the packages and the image have the token. */
  private static final String TOKEN_FILE = "/var/run/kmstoken/token";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** Between two attempts. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final String BINARY = "application/octet-stream";

  /** What a part of a secret is sent as; another service at the port would send something else. */
  private static final Set<String> TYPES = Set.of("text/plain;charset=utf-8", BINARY);

  /**
   * The agent whose port and token come from the configuration and the environment, or from where
   * the packages and the image put them.
   */
  static RunningAgent find(CommandContext context, Optional<Path> config) throws CommandException {
    var agent = withoutToken(context, config);
    return new RunningAgent(agent.server(), token(context, agent.server()));
  }

  /** The same agent, for pages, which need no token. */
  static RunningAgent withoutToken(CommandContext context, Optional<Path> config)
      throws CommandException {
    var server = context.loadServer(config);
    if (server.listen().port() == 0) {
      throw new CommandException(
          "Server.HttpPort is 0: the agent's port is not known.", ExitStatus.MISUSED);
    }
    return new RunningAgent(server, new ConfidentialText(""));
  }

  private static ConfidentialText token(CommandContext context, ServerConfig server)
      throws CommandException {
    var variables = server.guard().variables();
    var isSet = variables.stream().anyMatch(context.environment()::containsKey);
    var usual = Map.of(variables.getFirst(), "file://" + TOKEN_FILE);
    return isSet || Files.notExists(Path.of(TOKEN_FILE))
        ? context.token(server).token()
        : context.withEnvironment(usual).token(server).token();
  }

  /**
   * Requests a part of a secret; its timeout is just above that of the agent.
   *
   * @param parameters of the query; {@code field} is one of them
   */
  HttpResponse<byte[]> get(Map<String, String> parameters)
      throws CommandException, InterruptedException {
    var query =
        parameters.entrySet().stream()
            .map(
                parameter ->
                    parameter.getKey() + '=' + URLEncoder.encode(parameter.getValue(), UTF_8))
            .collect(joining("&"));
    var answer = send("/secretsmanager/get?" + query);
    var status = answer.statusCode();
    if (status == 200 && TYPES.contains(type(answer))) {
      return answer;
    }
    throw new CommandException(error(answer), ExitStatus.FAILED, status == 429 || status >= 500);
  }

  /**
   * Finds the agent and requests a part of a secret; repeats both while they may succeed soon and
   * {@code waits} allows it.
   */
  static HttpResponse<byte[]> await(
      CommandContext context,
      Optional<Path> config,
      Map<String, String> parameters,
      BooleanSupplier waits)
      throws CommandException, InterruptedException {
    while (true) {
      try {
        return find(context, config).get(parameters);
      } catch (CommandException failed) {
        if (!failed.isRetryable() || !waits.getAsBoolean()) {
          throw failed;
        }
      }
      Thread.sleep(PAUSE);
    }
  }

  /** Allows to wait for so long at most, and only while the process lives that started this one. */
  static BooleanSupplier waits(Duration wait) {
    var clock = AgentClock.system();
    var end = clock.instant().plus(wait);
    var launcher = ProcessHandle.current().parent();
    return () ->
        clock.instant().isBefore(end) && launcher.stream().allMatch(ProcessHandle::isAlive);
  }

  /** A page about the agent. */
  String page(String path) throws CommandException, InterruptedException {
    return new String(send(path).body(), UTF_8);
  }

  private HttpResponse<byte[]> send(String path) throws CommandException, InterruptedException {
    var request =
        HttpRequest.newBuilder(address().resolve(path))
            .header(server.guard().headers().getFirst(), token.reveal())
            .timeout(server.requestTimeout().plus(CONNECT_TIMEOUT))
            .build();
    try (var client = client()) {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException failed) {
      var reason = failed instanceof SSLException ? failed.getMessage() : "is it running?";
      throw new CommandException(
          "The agent cannot be reached at " + address() + ": " + reason,
          ExitStatus.UNREACHABLE,
          true);
    }
  }

  private HttpClient client() throws CommandException {
    var client =
        HttpClient.newBuilder()
            .proxy(HttpClient.Builder.NO_PROXY)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    if (server.tls().isPresent()) {
      client.sslContext(Authorities.tls(trusted(server.tls().get().certificateFile())));
    }
    return client.build();
  }

  /** The file may just be replaced. */
  private static ExactCertificate trusted(Path file) throws CommandException {
    try {
      return new ExactCertificate(ServerCertificate.chain(file).getFirst());
    } catch (IllegalArgumentException unusable) {
      throw new CommandException(
          "Server.TlsCertificateFile: " + unusable.getMessage(), ExitStatus.MISUSED, true);
    }
  }

  /** An agent that listens on all addresses is called on loopback, which it always accepts. */
  private URI address() {
    var address = server.listen().address();
    return server.url(
        address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address,
        server.listen().port());
  }

  /** Whether the answer is the value of a binary secret. */
  static boolean isBinary(HttpResponse<byte[]> answer) {
    return type(answer).equals(BINARY);
  }

  private static String type(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("Content-Type").orElse("");
  }

  /** The error in an answer of any dialect, as a sentence for people. */
  private static String error(HttpResponse<byte[]> answer) {
    try {
      var body = JsonParser.parseString(new String(answer.body(), UTF_8));
      return answer.statusCode() + " " + problem(body.getAsJsonObject());
    } catch (RuntimeException otherForm) {
      // It is dropped since its message quotes what it cannot read.
      return "What answered, with status " + answer.statusCode() + ", is no agent.";
    }
  }

  private static String problem(JsonObject body) {
    if (body.has("errors")) {
      return body.getAsJsonArray("errors").get(0).getAsString();
    }
    return body.has("Code")
        ? body.get("Code").getAsString() + ": " + body.get("Message").getAsString()
        : body.get("__type").getAsString() + ": " + body.get("message").getAsString();
  }
}
