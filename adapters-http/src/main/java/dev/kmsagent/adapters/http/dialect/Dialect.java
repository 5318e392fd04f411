package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.Stage;

/**
 * The language of one kind of client: how it spells stages, and the JSON of its secrets and
 * failures. Stateless.
 */
public interface Dialect {
  /** The stage that this kind of client calls {@code spelling}. */
  default Stage stage(String spelling) {
    return new Stage(spelling);
  }

  /** The body of an answer with {@code secret}, in UTF-8. */
  byte[] secret(Secret secret);

  /** The body of an answer without a secret; {@code requestId} is the id of the answer. */
  byte[] failure(Failure failure, String requestId);

  /** The value in the body of an answer with a secret of this dialect, byte for byte. */
  SecretContent value(String body);
}
