package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.VaultConfig;
import java.util.Optional;

/** The registry of dialects, one for each response type. */
public final class Dialects {
  private Dialects() {}

  /** The dialect of a server, but for the routes of a mount of Vault. */
  public static Dialect of(ServerConfig config) {
    return config.vault().isPresent() && config.responseType() == ResponseType.HASHICORP_KV
        ? new VaultDialect(config.vault().map(VaultConfig::lease))
        : of(config.responseType());
  }

  /** The dialect of the routes of a mount of Vault, if that is another one. */
  public static Optional<Dialect> ofVaultBeside(ServerConfig config) {
    return config.vault().isEmpty() || config.responseType() == ResponseType.HASHICORP_KV
        ? Optional.empty()
        : Optional.of(new VaultDialect(config.vault().map(VaultConfig::lease)));
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
