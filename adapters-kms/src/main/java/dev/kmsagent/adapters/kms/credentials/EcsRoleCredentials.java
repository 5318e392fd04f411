package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.provider.ECSMetadataServiceCredentialsFetcher;
import com.aliyun.credentials.utils.AuthUtils;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.port.out.Scheduler;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;

/**
 * The RAM role of an ECS instance, whose metadata service issues its keys: {@code CredentialType =
 * "EcsRamRole"}. The service is asked in its hardened mode (v2). It is asked in the normal mode
 * (v1) only where it answers that it has no other (404), and never where {@code
 * ALIBABA_CLOUD_IMDSV1_DISABLED} is {@code true}. Nothing of credentials-java runs in the
 * background.
 */
public record EcsRoleCredentials(CredentialSource.EcsRole config) implements CredentialType.Issued {
  /** The service runs on the instance's own host: it answers at once or not at all. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  @Override
  public String holder() {
    return config.name().map("the role "::concat).orElse("the role of the instance");
  }

  @Override
  public Optional<String> trustPolicy() {
    return Optional.of(RamPolicy.trustInInstances());
  }

  @Override
  public KeyIssuer issuer(CloudConnection connection) {
    return issuer(connection.timing().scheduler());
  }

  /** The issuer, which uses no connection of the agent, and so not {@code KMS.Proxy}. */
  public KeyIssuer issuer(Scheduler scheduler) {
    var missing =
        "The ECS instance has no RAM role"
            + config.name().map(" "::concat).orElse("")
            + ": attach it to the instance, or correct KMS.RoleName or KMS.CredentialType.";
    var metadata =
        new ECSMetadataServiceCredentialsFetcher(
            config.name().orElse(null), AuthUtils.getDisableECSIMDSv1(), null, null);
    return () -> {
      var client = client();
      try {
        return new MetadataTransport(client, scheduler, missing).issue(metadata::fetch);
      } finally {
        client.shutdownNow();
      }
    };
  }

  /** The service has no TLS; loading the system's authorities would take a good part of a start. */
  private static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .sslContext(Authorities.tls())
        .build();
  }
}
