package dev.kmsagent.bootstrap.rules.planted.adapters.cache;

import com.google.gson.Gson;

/** The cache knows no JSON. */
interface CacheAdapter {
  Gson gson();
}
