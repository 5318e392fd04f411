package dev.kmsagent.bootstrap.rules.planted.adapters.files;

import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** Files know the records of the configuration, but not its loader. */
interface FilesAdapter {
  Loader loader();
}
