package dev.kmsagent.bootstrap.rules.planted.application;

import dev.kmsagent.bootstrap.rules.planted.adapters.http.HttpAdapter;

/** The application knows no adapter, and its fields are final. */
public abstract class KnowsAnAdapter {
  int count;

  abstract HttpAdapter adapter();
}
