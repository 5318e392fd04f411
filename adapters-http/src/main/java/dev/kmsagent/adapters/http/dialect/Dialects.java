package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.config.ServerConfig.ResponseType;
import java.util.Arrays;
import java.util.stream.Stream;

/** The registry of dialects, one for each response type. */
public final class Dialects {
  private Dialects() {}

  public static Dialect of(ResponseType type) {
    return switch (type) {
      case KMS -> new KmsDialect();
      case AWS_SECRETS_MANAGER -> new AwsDialect();
      case HASHICORP_KV -> new VaultKv2Dialect();
    };
  }

  public static Stream<Dialect> all() {
    return Arrays.stream(ResponseType.values()).map(Dialects::of);
  }
}
