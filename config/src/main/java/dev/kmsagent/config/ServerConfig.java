package dev.kmsagent.config;

import java.time.Duration;
import java.util.List;

/**
 * The table {@code [Server]}: the main listener and what it demands of a request.
 *
 * @param pathPrefix starts and ends with a slash
 * @param maxConn requests that may have to wait, handled at once
 * @param ignoreTransientErrors whether a lapsed value may be served while KMS cannot be reached
 * @param requestTimeout the deadline of one request
 * @param shutdownGrace what requests in flight get to finish after SIGTERM
 */
public record ServerConfig(
    ListenAddress listen,
    Guard guard,
    String pathPrefix,
    ResponseType responseType,
    int maxConn,
    boolean ignoreTransientErrors,
    Duration requestTimeout,
    Duration shutdownGrace) {

  public ServerConfig {
    if (!pathPrefix.startsWith("/") || !pathPrefix.endsWith("/")) {
      throw new IllegalArgumentException("pathPrefix starts and ends with a slash: " + pathPrefix);
    }
  }

  /**
   * What tells a caller of this machine from a forged request.
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
      if (headers.isEmpty() || variables.isEmpty()) {
        throw new IllegalArgumentException("without a header and a variable nobody could pass");
      }
    }
  }

  /** The dialect of the answers on the main listener. */
  public enum ResponseType {
    /** 0: as KMS answers GetSecretValue. */
    KMS,
    /** 1: as AWS Secrets Manager answers GetSecretValue. */
    AWS_SECRETS_MANAGER,
    /** 2: as HashiCorp Vault answers a read of its KV engine, version 2. */
    HASHICORP_KV
  }
}
