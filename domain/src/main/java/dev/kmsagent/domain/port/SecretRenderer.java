package dev.kmsagent.domain.port;

import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;

/** Out-port: gives a secret the form in which clients get it. Thread-safe; works for any secret. */
@FunctionalInterface
public interface SecretRenderer {
  Representation render(Secret secret);
}
