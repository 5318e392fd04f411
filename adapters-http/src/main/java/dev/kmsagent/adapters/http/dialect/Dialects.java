package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.VaultConfig;
import java.util.Optional;

/** The registry of dialects, one for each response type. */
public final class Dialects {
  private Dialects() {}

  /** The dialect of a server. */
  public static Dialect of(ServerConfig config) {
    return config.vault().isPresent()
        ? new VaultDialect(config.vault().map(VaultConfig::lease))
        : of(config.responseType());
  }

  /** The dialect of a response type, without a mount of Vault. */
  public static Dialect of(ResponseType type) {
    return switch (type) {
      case KMS -> new KmsDialect();
      case AWS_SECRETS_MANAGER -> new AwsDialect();
      case HASHICORP_KV -> new VaultDialect(Optional.empty());
    };
  }
}
