package dev.kmsagent.bootstrap.rules.planted.adapters.http;

import dev.kmsagent.bootstrap.rules.planted.adapters.kms.KmsAdapter;

/** Adapters do not know each other. */
public interface HttpAdapter {
  KmsAdapter neighbour();
}
