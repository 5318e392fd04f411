package dev.kmsagent.config;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.domain.ConfidentialText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The credentials that KMS is called with: {@code KMS.CredentialType} with its settings. */
public sealed interface CredentialSource {

  /** The standard chain of Alibaba Cloud's credentials library. */
  record DefaultChain() implements CredentialSource {}

  /** An AccessKey, long-lived or, with a security token, temporary. */
  record AccessKey(String id, ConfidentialText secret, Optional<ConfidentialText> securityToken)
      implements CredentialSource {}

  /**
   * A RAM role for the service account of a pod: the platform's OIDC token is exchanged for
   * temporary credentials of the role.
   *
   * @param oidcTokenFile an absolute path; it need not exist yet
   * @param stsEndpoint where the exchange is made, always over TLS
   * @param keyLife for how long credentials are asked for
   */
  record Rrsa(
      String roleArn,
      String oidcProviderArn,
      Path oidcTokenFile,
      String roleSessionName,
      Endpoint stsEndpoint,
      Duration keyLife)
      implements CredentialSource {}

  /**
   * The RAM role of the ECS instance, with temporary credentials from its metadata service.
   *
   * @param name of the role; without it, the metadata service names one
   */
  record EcsRole(Optional<String> name) implements CredentialSource {}

  /**
   * The RAM roles of the pods that the agent serves: each sends its own token, which is exchanged
   * for temporary credentials of its role. The agent has no identity of its own.
   *
   * @param issuer of the tokens, compared as text
   * @param audience of the tokens
   * @param jwksUri where the keys that verify them are; without it, the issuer's discovery document
   *     says it
   * @param jwksCaFile the only authorities that are trusted for these keys
   * @param jwksTokenFile an absolute path: the agent's own token for {@code jwksUri}
   * @param accounts whose roles may be assumed, at least one
   * @param nodeName the only node whose pods are served
   * @param maxTenants the most roles that are served at a time
   * @param roleArn of a pod that names none: {@code {namespace}} and {@code {serviceAccount}} stand
   *     for the pod's own
   * @param stsEndpoint where the exchange is made, always over TLS
   * @param keyLife for how long credentials are asked for
   */
  record PodIdentity(
      URI issuer,
      String audience,
      Optional<URI> jwksUri,
      Optional<Path> jwksCaFile,
      Optional<Path> jwksTokenFile,
      List<String> accounts,
      Optional<String> nodeName,
      int maxTenants,
      String oidcProviderArn,
      Optional<String> roleArn,
      Endpoint stsEndpoint,
      Duration keyLife)
      implements CredentialSource {
    /** The audience of tokens for STS. */
    static final String STS = "sts.aliyuncs.com";

    public PodIdentity {
      accounts = List.copyOf(accounts);
    }

    /** Whether what is fetched from there cannot be altered on the way: TLS, or loopback. */
    public static boolean isProtected(URI url) {
      return HostPort.of(url)
          .filter(host -> "https".equals(url.getScheme()) || host.isLoopback())
          .isPresent();
    }
  }
}
