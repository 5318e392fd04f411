package dev.kmsagent.bootstrap.rules.planted.adapters.cache;

import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** The cache knows the records of the configuration, but not its loader. */
interface CacheAdapter {
  Loader loader();
}
