package dev.kmsagent.bootstrap.rules.planted.adapters.kms;

import dev.kmsagent.bootstrap.rules.planted.adapters.http.HttpAdapter;
import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** And back: a cycle. */
public interface KmsAdapter {
  HttpAdapter neighbour();

  Loader loader();
}
