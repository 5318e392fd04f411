package dev.kmsagent.bootstrap.rules.planted.domain;

import com.google.gson.Gson;

/** The domain knows the JDK alone. */
interface KnowsALibrary {
  Gson gson();
}
