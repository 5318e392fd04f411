package dev.kmsagent.bootstrap.rules.planted.config;

import dev.kmsagent.domain.SecretName;

/** Config knows no other module. */
interface KnowsTheDomain {
  SecretName name();
}
