package dev.kmsagent.bootstrap.rules.planted.adapters.kms;

import dev.kmsagent.bootstrap.rules.planted.adapters.http.HttpAdapter;

/** And back: a cycle. */
public interface KmsAdapter {
  HttpAdapter neighbour();
}
