package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.official;
import static dev.kmsagent.config.loading.ConfigKey.ours;

import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code [Server]}: the main listener. */
final class ServerTable implements Table<ServerConfig> {
  static final ConfigKey<Integer> HTTP_PORT =
      official(
          "Server.HttpPort",
          Shapes.whole(0, 65535),
          2025,
          "the port to listen on; 0 takes any free one");
  static final ConfigKey<List<String>> SSRF_HEADERS =
      official(
          "Server.SSRFHeaders",
          Shapes.filledList("a list of header names, not empty", Names::isHeader),
          List.of("X-KMS-Token", "X-Vault-Token"),
          "a request must carry the token in one of these headers");
  static final ConfigKey<List<String>> SSRF_ENV_VARIABLES =
      official(
          "Server.SSRFEnvVariables",
          Shapes.filledList("a list of variable names, not empty", Names::isVariable),
          List.of("KMS_TOKEN", "KMS_SESSION_TOKEN", "KMS_CONTAINER_AUTHORIZATION_TOKEN"),
          "the first of these variables that is set gives the token: the token itself, or"
              + " `file:///path`");
  static final ConfigKey<String> PATH_PREFIX =
      official(
          "Server.PathPrefix",
          Shapes.text(
              "a path that starts with `/`; a missing final `/` is understood",
              ServerTable::prefix,
              Literal::of),
          "/v1/",
          "a GET of this and a secret's name is answered with the secret");
  static final ConfigKey<Integer> MAX_CONN =
      official(
          "Server.MaxConn",
          Shapes.whole(1, 1000),
          800,
          "requests that may have to wait, handled at once; more get what the cache has, or 429");
  static final ConfigKey<ResponseType> RESPONSE_TYPE =
      official(
          "Server.ResponseType",
          Shapes.numbered(
              List.of(
                  ResponseType.KMS, ResponseType.AWS_SECRETS_MANAGER, ResponseType.HASHICORP_KV)),
          ResponseType.KMS,
          "the form of the answers: 0 KMS, 1 AWS Secrets Manager, 2 HashiCorp KV version 2");
  static final ConfigKey<Boolean> IGNORE_TRANSIENT_ERRORS =
      official(
          "Server.IgnoreTransientErrors",
          Shapes.flag(),
          true,
          "serve a lapsed value while KMS cannot be reached");
  static final ConfigKey<InetAddress> LISTEN_ADDRESS =
      ours(
          "Server.ListenAddress",
          Shapes.address(),
          InetAddress.ofLiteral("127.0.0.1"),
          "where to listen; anything but loopback needs `AllowRemote`");
  static final ConfigKey<Boolean> ALLOW_REMOTE =
      ours(
          "Server.AllowRemote",
          Shapes.flag(),
          false,
          "allow a `ListenAddress` that other machines can reach");
  static final ConfigKey<List<String>> ALLOWED_HOSTS =
      ours(
          "Server.AllowedHosts",
          Shapes.list("a list of host names, without port", Names::isHost),
          List.of(),
          "names accepted in the `Host` header besides loopback");
  static final ConfigKey<Duration> REQUEST_TIMEOUT =
      ours(
          "Server.RequestTimeoutSeconds",
          Shapes.seconds(1, 60),
          Duration.ofSeconds(10),
          "the deadline of one request");
  static final ConfigKey<Duration> SHUTDOWN_GRACE =
      ours(
          "Server.ShutdownGraceSeconds",
          Shapes.seconds(0, 300),
          Duration.ofSeconds(10),
          "what requests in flight get to finish after SIGTERM");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(
        HTTP_PORT,
        SSRF_HEADERS,
        SSRF_ENV_VARIABLES,
        PATH_PREFIX,
        MAX_CONN,
        RESPONSE_TYPE,
        IGNORE_TRANSIENT_ERRORS,
        LISTEN_ADDRESS,
        ALLOW_REMOTE,
        ALLOWED_HOSTS,
        REQUEST_TIMEOUT,
        SHUTDOWN_GRACE);
  }

  @Override
  public List<Rule> rules() {
    return List.of(
        Rule.on(
            "a `Server.ListenAddress` beyond loopback comes with `Server.AllowRemote = true`",
            ServerTable::remoteIsMeant,
            LISTEN_ADDRESS,
            ALLOW_REMOTE));
  }

  private static Optional<Problem> remoteIsMeant(Values values) {
    InetAddress address = values.get(LISTEN_ADDRESS);
    return address.isLoopbackAddress() || values.get(ALLOW_REMOTE)
        ? Optional.empty()
        : Optional.of(
            new Problem(
                values.origin(LISTEN_ADDRESS),
                LISTEN_ADDRESS.path(),
                "can be reached from other machines",
                LISTEN_ADDRESS.shape().show(address),
                "a loopback address, or any with Server.AllowRemote = true"));
  }

  @Override
  public ServerConfig assemble(Values values) {
    return new ServerConfig(
        new ListenAddress(values.get(LISTEN_ADDRESS), values.get(HTTP_PORT)),
        new ServerConfig.Guard(
            values.get(SSRF_HEADERS), values.get(SSRF_ENV_VARIABLES), values.get(ALLOWED_HOSTS)),
        values.get(PATH_PREFIX),
        values.get(RESPONSE_TYPE),
        values.get(MAX_CONN),
        values.get(IGNORE_TRANSIENT_ERRORS),
        values.get(REQUEST_TIMEOUT),
        values.get(SHUTDOWN_GRACE));
  }

  private static Reading<String> prefix(String content) {
    if (!content.matches("/[!-~&&[^?#%]]*")) {
      return new Reading.Bad<>(
          content.startsWith("/") ? "has a character no path can have" : "must start with `/`");
    }
    return new Reading.Good<>(content.endsWith("/") ? content : content + "/");
  }
}
