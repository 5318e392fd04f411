package dev.kmsagent.domain.port;

import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionListing;
import java.util.concurrent.CompletionStage;

/**
 * In-port: numbers the versions of secrets, since clients of Vault know versions by number. The
 * number of a version may grow and never shrinks while it is known. Thread-safe.
 */
public interface NumberVersions {
  /** The number of a secret's version, which is remembered. Never blocks. */
  int number(Secret secret);

  /**
   * The versions of a secret, from KMS or from what is known. Completes by the deadline of a
   * request, never exceptionally.
   *
   * @param current the version that was read, which is among the result
   */
  CompletionStage<VersionListing> list(SecretName name, VersionId current);
}
