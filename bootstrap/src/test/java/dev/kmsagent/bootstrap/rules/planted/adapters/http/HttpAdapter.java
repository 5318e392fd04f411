package dev.kmsagent.bootstrap.rules.planted.adapters.http;

import dev.kmsagent.bootstrap.rules.planted.adapters.kms.KmsAdapter;
import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** Adapters do not know each other, nor the loader of the configuration. */
public interface HttpAdapter {
  KmsAdapter neighbour();

  Loader loader();
}
