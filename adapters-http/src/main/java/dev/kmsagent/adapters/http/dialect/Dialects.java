package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.VaultConfig;

/** The dialects of a server. */
public final class Dialects {
  private Dialects() {}

  /** The dialect of its response type. */
  public static Dialect of(ServerConfig config) {
    return switch (config.responseType()) {
      case KMS -> new KmsDialect();
      case AWS_SECRETS_MANAGER -> new AwsDialect();
      case HASHICORP_KV -> ofVault(config);
    };
  }

  /** The dialect of the routes of a mount of Vault. */
  public static Dialect ofVault(ServerConfig config) {
    return new VaultDialect(config.vault().map(VaultConfig::lease));
  }
}
