package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.utils.AuthUtils;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.port.out.Scheduler;
import java.util.Optional;

/**
 * The RAM role of an ECS instance, whose metadata service issues its keys: {@code CredentialType =
 * "EcsRamRole"}. The service is asked in its hardened mode (v2). It is asked in the normal mode
 * (v1) only where it answers that it has no other (404), and never where {@code
 * ALIBABA_CLOUD_IMDSV1_DISABLED} is {@code true}.
 */
public record EcsRoleCredentials(CredentialSource.EcsRole config) implements CredentialType.Issued {
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
    return new MetadataKeyIssuer(config.name(), !AuthUtils.getDisableECSIMDSv1(), scheduler);
  }
}
