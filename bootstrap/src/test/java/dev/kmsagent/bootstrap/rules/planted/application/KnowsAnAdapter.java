package dev.kmsagent.bootstrap.rules.planted.application;

import dev.kmsagent.bootstrap.rules.planted.adapters.http.HttpAdapter;

/** The application knows no adapter. */
interface KnowsAnAdapter {
  HttpAdapter adapter();
}
