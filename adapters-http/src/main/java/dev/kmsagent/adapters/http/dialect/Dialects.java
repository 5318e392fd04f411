package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.VaultConfig;
import dev.kmsagent.domain.Secret;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** The registry of dialects, one for each response type. */
public final class Dialects {
  private Dialects() {}

  /**
   * The dialect of a server.
   *
   * @param numbers the numbers of versions for clients of Vault
   */
  public static Dialect of(ServerConfig config, ToIntFunction<Secret> numbers) {
    return switch (config.vault()) {
      case VaultConfig.Off() -> of(config.responseType());
      case VaultConfig.On on -> new VaultDialect(on, numbers);
    };
  }

  /** The dialect of a response type, without a mount of Vault. */
  public static Dialect of(ResponseType type) {
    return switch (type) {
      case KMS -> new KmsDialect();
      case AWS_SECRETS_MANAGER -> new AwsDialect();
      case HASHICORP_KV -> new VaultDialect();
    };
  }

  public static Stream<Dialect> all() {
    return Arrays.stream(ResponseType.values()).map(Dialects::of);
  }
}
