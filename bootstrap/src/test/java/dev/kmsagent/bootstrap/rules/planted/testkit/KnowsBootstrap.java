package dev.kmsagent.bootstrap.rules.planted.testkit;

import dev.kmsagent.bootstrap.rules.planted.application.KnowsAnAdapter;
import dev.kmsagent.bootstrap.rules.planted.bootstrap.Anything;

/** Only bootstrap knows use cases, and nobody knows bootstrap. */
interface KnowsBootstrap {
  KnowsAnAdapter application();

  Anything anything();
}
