package dev.kmsagent.bootstrap.rules.planted.testkit;

import dev.kmsagent.bootstrap.rules.planted.bootstrap.Anything;

/** Nobody knows bootstrap. */
interface KnowsBootstrap {
  Anything anything();
}
