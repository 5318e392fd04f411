package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.port.out.SecretRenderer;
import org.jspecify.annotations.Nullable;

/** Renders secrets in the dialects of a server. Thread-safe. */
public final class DialectRenderer implements SecretRenderer {
  private final Dialect dialect;

  /** That of Vault's routes, if it is another one. */
  private final @Nullable Dialect alternative;

  public DialectRenderer(ServerConfig config) {
    this.dialect = Dialects.of(config);
    this.alternative =
        config.vault().isPresent() && config.responseType() != ResponseType.HASHICORP_KV
            ? Dialects.ofVault(config)
            : null;
  }

  @Override
  public Representation render(Secret secret) {
    var own = new Representation(dialect.secret(secret));
    return alternative == null ? own : own.or(new Representation(alternative.secret(secret)));
  }
}
