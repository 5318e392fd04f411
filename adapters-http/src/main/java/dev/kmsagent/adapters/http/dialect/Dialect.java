package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.port.SecretRenderer;

/**
 * The language of one kind of client: how it spells stages, and in which JSON it reads secrets and
 * failures. Thread-safe.
 */
public sealed interface Dialect extends SecretRenderer
    permits KmsDialect, AwsDialect, VaultKv2Dialect {
  /** The stage that such a client calls {@code spelling}. */
  default Stage stage(String spelling) {
    return new Stage(spelling);
  }

  /** The body of an answer that holds no secret; {@code requestId} is the id of the answer. */
  byte[] failure(Failure failure, String requestId);
}
