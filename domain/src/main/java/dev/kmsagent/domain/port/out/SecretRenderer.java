package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;

/** Out-port: renders a secret as clients receive it. Thread-safe; works for any secret. */
@FunctionalInterface
public interface SecretRenderer {
  Representation render(Secret secret);
}
