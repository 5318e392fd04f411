package dev.kmsagent.application;

import dev.kmsagent.domain.AccountId;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.NamePrincipal;
import dev.kmsagent.domain.port.out.SecretCache;
import dev.kmsagent.domain.port.out.SecretRenderer;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The out-ports that retrieval works with, besides the source that each reader has.
 *
 * @param identity names the principal, whose account tells which names may be one secret
 */
public record RetrievalPorts(
    SecretCache cache, SecretRenderer renderer, NamePrincipal identity, AgentEvents events) {
  /** Tells which names may be the same secret as {@code name}, as far as is known now. */
  Predicate<SecretName> mayBe(SecretName name) {
    Optional<AccountId> own = identity.principal().flatMap(Principal::account);
    return other -> name.mayBe(other, own);
  }
}
