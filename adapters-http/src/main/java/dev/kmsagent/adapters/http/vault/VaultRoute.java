package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.SecretName;
import java.nio.ByteBuffer;

/** What a request to Vault's API is answered with. */
public sealed interface VaultRoute {
  /** A body that is known already: no secret is in it, and nobody waits for it. */
  record Body(int status, ByteBuffer json) implements VaultRoute {}

  /** A secret. */
  record Read(SecretRequest request) implements VaultRoute {}

  /** What only the list of a secret's versions can answer. */
  sealed interface Lookup extends VaultRoute {}

  /** The version of a secret that has this number. */
  record Version(SecretRequest request, int number) implements Lookup {}

  /** The versions of a secret, without values. */
  record Metadata(SecretName name) implements Lookup {}

  /** A failure. */
  record Rejected(Failure failure) implements VaultRoute {}
}
