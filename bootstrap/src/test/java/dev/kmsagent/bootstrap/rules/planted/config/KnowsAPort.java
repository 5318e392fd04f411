package dev.kmsagent.bootstrap.rules.planted.config;

import dev.kmsagent.domain.port.out.SecretSource;

/** Config knows the values of the domain, and no other package. */
interface KnowsAPort {
  SecretSource source();
}
