package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.derived;
import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.address;
import static dev.kmsagent.config.schema.ValueTypes.checked;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.list;
import static dev.kmsagent.config.schema.ValueTypes.numbered;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.config.schema.Values.Value;
import dev.kmsagent.domain.Parsed;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code [Server]}: the main listener and what it demands of a request.
 *
 * @param listensOnBothLoopbacks whether the other loopback address is served, as none was chosen
 * @param pathPrefix starts and ends with a slash
 * @param maxConn requests that may have to wait, handled at once
 * @param maxWaiting further requests that may wait for a change of their secret; 0: none waits
 * @param ignoreTransientErrors whether an expired value may be served while KMS cannot be reached
 * @param requestTimeout the deadline of one request
 * @param tls on when a certificate is given
 * @param vault on when a mount is given
 * @param shutdownGrace how long requests in flight may take to finish after SIGTERM
 */
public record ServerConfig(
    ListenAddress listen,
    boolean listensOnBothLoopbacks,
    Guard guard,
    String pathPrefix,
    ResponseType responseType,
    int maxConn,
    int maxWaiting,
    boolean ignoreTransientErrors,
    Duration requestTimeout,
    Duration shutdownGrace,
    Optional<TlsConfig> tls,
    Optional<VaultConfig> vault) {

  /** The URL of the listener at one of its addresses, with the port that was bound. */
  public URI url(InetAddress address, int boundPort) {
    var plain = new ListenAddress(address, boundPort).url();
    return tls.isPresent() ? URI.create("https:" + plain.getSchemeSpecificPart()) : plain;
  }

  /**
   * What a request must have so that it is not taken for a forged one (SSRF).
   *
   * @param headers the headers that may carry the token, in the order given ({@code SSRFHeaders})
   * @param variables the environment variables that may give the token; the first that is set
   *     counts ({@code SSRFEnvVariables})
   * @param allowedHosts what {@code Host} may name besides loopback, without port
   */
  public record Guard(List<String> headers, List<String> variables, List<String> allowedHosts) {

    public Guard {
      headers = List.copyOf(headers);
      variables = List.copyOf(variables);
      allowedHosts = List.copyOf(allowedHosts);
    }
  }

  /** The dialect of the answers on the main listener; the configuration gives its place, from 0. */
  public enum ResponseType {
    /** 0: as KMS answers GetSecretValue. */
    KMS,
    /** 1: as AWS Secrets Manager answers GetSecretValue. */
    AWS_SECRETS_MANAGER,
    /** 2: as HashiCorp Vault answers a read of its KV engine, version 2. */
    HASHICORP_KV
  }

  /** The keys of {@code [Server]}. */
  static final class Keys extends Table<ServerConfig> {
    /** A token of RFC 9110, section 5.6.2. */
    private static final String HEADER = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private static final List<String> HEADERS = List.of("X-KMS-Token", "X-Vault-Token");
    private static final List<String> AWS_HEADERS =
        List.of("X-KMS-Token", "X-Vault-Token", "X-Aws-Parameters-Secrets-Token");

    private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";

    private final ConfigKey<Integer> httpPort = key("HttpPort", whole(0, 65535), 2025);
    private final ConfigKey<ResponseType> responseType =
        key("ResponseType", numbered(List.of(ResponseType.values())), ResponseType.KMS);
    private final ConfigKey<List<String>> ssrfHeaders =
        key(
            "SSRFHeaders",
            list("a list of header names, not empty", 1, name -> name.matches(HEADER)),
            derived(
                this::standardHeaders,
                "`[\"X-KMS-Token\", \"X-Vault-Token\"]`; with `ResponseType = 1` also "
                    + "`\"X-Aws-Parameters-Secrets-Token\"`"));
    private final ConfigKey<List<String>> ssrfEnvVariables =
        key(
            "SSRFEnvVariables",
            list("a list of variable names, not empty", 1, name -> name.matches(VARIABLE)),
            List.of("KMS_TOKEN", "KMS_SESSION_TOKEN", "KMS_CONTAINER_AUTHORIZATION_TOKEN"));
    private final ConfigKey<String> pathPrefix =
        key(
            "PathPrefix",
            text(
                "a path that starts with `/`; a missing final `/` is understood",
                Keys::prefix,
                TomlValue::literal),
            "/v1/");
    private final ConfigKey<Integer> maxConn = key("MaxConn", whole(1, 1000), 800);
    private final ConfigKey<Integer> maxWaiting = key("MaxWaiting", whole(0, 20_000), 200);
    private final ConfigKey<Boolean> ignoreTransientErrors =
        key("IgnoreTransientErrors", flag(), true);
    private final ConfigKey<InetAddress> listenAddress =
        key("ListenAddress", address(), unset("`127.0.0.1` and `::1`"));
    private final ConfigKey<Boolean> allowRemote = key("AllowRemote", flag(), false);
    private final ConfigKey<List<String>> allowedHosts =
        key(
            "AllowedHosts",
            list("a list of host names, without port", 0, Endpoint::isHost),
            List.of());
    private final ConfigKey<Duration> requestTimeout =
        key("RequestTimeoutSeconds", seconds(1, 60), Duration.ofSeconds(10));
    private final ConfigKey<Duration> shutdownGrace =
        key("ShutdownGraceSeconds", seconds(0, 300), Duration.ofSeconds(10));
    private final TlsConfig.Keys tls = include(new TlsConfig.Keys());
    private final VaultConfig.Keys vault = include(new VaultConfig.Keys());

    Keys() {
      super("Server");
      demand(
          Rule.on(
              "a `Server.ListenAddress` beyond loopback requires `Server.AllowRemote = true`",
              values -> addressIn(values).isLoopbackAddress() || allowRemote.in(values),
              values ->
                  listenAddress.problemIn(
                      values,
                      "can be reached from other machines",
                      "a loopback address, or any with Server.AllowRemote = true"),
              listenAddress,
              allowRemote));
    }

    /** The rule for the files of TLS, which a client of the agent cannot all read. */
    Rule areFilesUsable() {
      return tls.areUsable();
    }

    /** Those of the official agent, and that of the clients of AWS's agent. */
    private Optional<Value<List<String>>> standardHeaders(Values values) {
      return responseType
          .findIn(values)
          .map(
              type ->
                  switch (type) {
                    case KMS, HASHICORP_KV -> new Value<>(HEADERS, Origin.BUILT_IN);
                    case AWS_SECRETS_MANAGER ->
                        new Value<>(AWS_HEADERS, Origin.derived(responseType.path()));
                  });
    }

    private InetAddress addressIn(Values values) {
      return listenAddress.findIn(values).orElse(ListenAddress.IPV4_LOOPBACK);
    }

    private static Parsed<String> prefix(String text) {
      return checked(text, path -> path.startsWith("/"), "must start with `/`")
          .then(
              path ->
                  checked(
                      path,
                      it -> it.matches("/[!-~&&[^?#%]]*"),
                      "has a character no path can have"))
          .map(path -> path.endsWith("/") ? path : path + "/");
    }

    @Override
    public ServerConfig build(Values values) {
      return new ServerConfig(
          new ListenAddress(addressIn(values), httpPort.in(values)),
          listenAddress.findIn(values).isEmpty(),
          new Guard(ssrfHeaders.in(values), ssrfEnvVariables.in(values), allowedHosts.in(values)),
          pathPrefix.in(values),
          responseType.in(values),
          maxConn.in(values),
          maxWaiting.in(values),
          ignoreTransientErrors.in(values),
          requestTimeout.in(values),
          shutdownGrace.in(values),
          tls.build(values),
          vault.build(values));
    }
  }
}
