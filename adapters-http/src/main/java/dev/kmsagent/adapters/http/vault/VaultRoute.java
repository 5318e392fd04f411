package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequest;
import java.nio.ByteBuffer;

/** What a request to Vault's API is answered with. */
public sealed interface VaultRoute {
  /** A body that is known already: no secret is in it, and no caller waits for it. */
  record Body(int status, ByteBuffer json) implements VaultRoute {}

  /** A secret. */
  record Read(SecretRequest request) implements VaultRoute {}

  /** What follows from the current and the previous version of a secret. */
  sealed interface Lookup extends VaultRoute {}

  /** The one of the two that has this number; {@code request} is for the current version. */
  record Version(SecretRequest request, long number) implements Lookup {}

  /** The two without their values. */
  record Metadata(SecretRequest request) implements Lookup {}

  /** A failure. */
  record Rejected(Failure failure) implements VaultRoute {}
}
